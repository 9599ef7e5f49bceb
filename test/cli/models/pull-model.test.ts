import { expect, onTestFinished, test } from "vitest";
import type { Io } from "../../../src/cli/io.ts";
import { pullModel } from "../../../src/cli/models/pull-model.ts";
import { createHttpClient } from "../../../src/net/index.ts";
import { layer, lines, type Reply, startControlServer } from "../../support/control-server.ts";

interface Scene {
  readonly kind?: "ollama" | "lmstudio";
  readonly isTTY?: boolean;
  readonly routes: Readonly<Record<string, readonly Reply[]>>;
  /** Ctrl-C as soon as that is on the screen. */
  readonly interruptAt?: string;
}

async function pull({ kind = "ollama", isTTY = false, routes, interruptAt }: Scene) {
  const server = await startControlServer(routes);
  const http = createHttpClient(new Set());
  onTestFinished(() => http.close());
  const stop = new AbortController();
  let shown = "";
  const stderr = {
    isTTY,
    columns: 80,
    write: (text: string | Uint8Array) => {
      shown += text.toString();
      if (interruptAt !== undefined && shown.includes(interruptAt)) {
        stop.abort();
      }
    },
  };
  const io: Io = {
    env: {},
    cwd: "/",
    userHome: "/",
    stdin: () => {
      throw new Error("nobody reads");
    },
    stdout: {
      write: () => {
        throw new Error("nobody writes to stdout: the answer of exec stands there");
      },
    },
    stderr,
    interrupt: stop.signal,
  };
  const address = { baseUrl: server.url, queryParams: {}, headers: {} };
  const outcome = await pullModel({ address, kind, name: "qwen3:8b", http, delayMs: () => 1 }, io);
  return { outcome, shown };
}

const GB = 1e9;
const PULL = "POST /api/pull";

test.each<[name: string, scene: Scene, outcome: string, shown: string]>([
  [
    "several layers, and what comes after them",
    {
      routes: {
        [PULL]: [
          lines([
            { status: "pulling manifest" },
            layer("a", 5 * GB),
            layer("a", 5 * GB, 5 * GB),
            layer("b", 5 * GB, 5 * GB),
            { status: "verifying sha256 digest" },
            { status: "success" },
          ]),
        ],
      },
    },
    "pulled",
    `pulling qwen3:8b …
pulling qwen3:8b: 0 %  0.0 of 5.0 GB
pulling qwen3:8b: 100 %  5.0 of 5.0 GB
pulling qwen3:8b: verifying sha256 digest …
pulled qwen3:8b (10.0 GB)
`,
  ],
  [
    "it goes on where it stopped, also after a break",
    {
      routes: {
        [PULL]: [
          lines([layer("a", 100 * GB, 43 * GB)], "cut"),
          lines([layer("a", 100 * GB, 57 * GB), layer("a", 100 * GB, 100 * GB), { status: "success" }]),
        ],
      },
    },
    "pulled",
    `pulling qwen3:8b …
resuming at 43 %
pulling qwen3:8b: 43 %  43.0 of 100.0 GB
the connection to the server broke; trying again (1 of 4)
resuming at 57 %
pulling qwen3:8b: 57 %  57.0 of 100.0 GB
pulling qwen3:8b: 100 %  100.0 of 100.0 GB
pulled qwen3:8b (100.0 GB)
`,
  ],
  [
    "all of it is there",
    { routes: { [PULL]: [lines([layer("a", GB, GB), { status: "success" }])] } },
    "pulled",
    `pulling qwen3:8b …
pulling qwen3:8b: 100 %  1.0 of 1.0 GB
qwen3:8b is there already, as it is in the library
`,
  ],
  [
    "an interrupt in the middle",
    {
      routes: { [PULL]: [lines([layer("a", 100 * GB, 0), layer("a", 100 * GB, 43 * GB)], "hold")] },
      interruptAt: "43 %",
    },
    "interrupted",
    `pulling qwen3:8b …
pulling qwen3:8b: 0 %  0.0 of 100.0 GB
pulling qwen3:8b: 43 %  43.0 of 100.0 GB
stopped at 43 %; what has arrived is kept. To go on: leat models pull qwen3:8b
`,
  ],
  [
    "LM Studio goes on without us",
    {
      kind: "lmstudio",
      routes: {
        "POST /api/v1/models/download": [
          { job_id: "j", status: "downloading", total_size_bytes: 100 * GB, downloaded_bytes: 0 },
        ],
      },
      interruptAt: "0 %",
    },
    "interrupted",
    `pulling qwen3:8b …
pulling qwen3:8b: 0 %  0.0 of 100.0 GB
no longer watching at 0 %; LM Studio goes on by itself. To watch it again: leat models pull qwen3:8b
`,
  ],
  [
    "LM Studio has it",
    { kind: "lmstudio", routes: { "POST /api/v1/models/download": [{ status: "already_downloaded" }] } },
    "pulled",
    "pulling qwen3:8b …\nqwen3:8b is there already\n",
  ],
  [
    "a stage that would steer the terminal",
    { routes: { [PULL]: [lines([{ status: "evil\u001b[2J\rdone" }, { status: "success" }])] } },
    "pulled",
    "pulling qwen3:8b …\npulling qwen3:8b: evil^[[2J done …\npulled qwen3:8b\n",
  ],
])("%s", async (_name, scene, outcome, shown) => {
  expect(await pull(scene)).toEqual({ outcome, shown });
});

test("nothing gets on: given up, with the command that goes on", async () => {
  const { outcome, shown } = await pull({ routes: { [PULL]: [lines([layer("a", 100 * GB, 40 * GB)])] } });
  expect([outcome, shown.split("\n").slice(-4)]).toEqual([
    "failed",
    [
      "resuming at 40 %",
      "the pull broke off: the stream ended without success.",
      "Look at the server's log, then go on with: leat models pull qwen3:8b",
      "",
    ],
  ]);
});

test("on a terminal nothing is left of the line that was redrawn", async () => {
  const { outcome, shown } = await pull({
    isTTY: true,
    routes: { [PULL]: [lines([layer("a", 5 * GB), layer("a", 5 * GB, 5 * GB), { status: "success" }])] },
  });
  expect([outcome, shown]).toEqual([
    "pulled",
    "pulling qwen3:8b … 0 s\rpulling qwen3:8b ▕░░░░░░░░░░░░░░░░▏ 0 %  0.0 of 5.0 GB\x1b[K\r\x1b[Kpulled qwen3:8b (5.0 GB)\n",
  ]);
});
