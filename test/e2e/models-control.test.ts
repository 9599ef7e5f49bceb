import { describe, expect, test } from "vitest";
import { layer, lines, type Reply, startControlServer, status } from "../support/control-server.ts";
import { fixtureOf, startFakeServer } from "../support/fake-server.ts";
import { findFreePort } from "../support/loopback.ts";
import { createBench } from "./support.ts";

type Routes = Readonly<Record<string, readonly Reply[]>>;

/** A user whose built-in providers are where the test wants them, so that no real server of this machine is met. */
async function createUser(urls: Readonly<Record<string, string>>, more = "") {
  const nobody = `http://127.0.0.1:${await findFreePort()}/v1`;
  const all = { lmstudio: nobody, ollama: nobody, oss: nobody, llamacpp: nobody, ...urls };
  const bench = createBench(nobody);
  const tables = Object.entries(all).map(([id, url]) => `[model_providers.${id}]\nbase_url = "${url}"\n`);
  bench.writeConfig(`${more}\n${tables.join("\n")}`);
  return { ...bench, nobody: new URL(nobody).host };
}

const host = ({ url }: { readonly url: string }) => new URL(url).host;

const GB = 1e9;
const PULL = "POST /api/pull";
const GENERATE = "POST /api/generate";

/** Ollama with two models, one of them loaded; its further routes. */
function ollama(
  more: Routes = {},
  running: readonly string[] = ["gpt-oss:20b"],
): Promise<Awaited<ReturnType<typeof startControlServer>>> {
  const named = (id: string) => ({ id, object: "model", owned_by: "library" });
  const ps = running.map((name) => ({ name, context_length: 8192, expires_at: "2026-01-01T00:00:00Z" }));
  return startControlServer({
    "GET /v1/models": [{ object: "list", data: ["gpt-oss:20b", "qwen3:30b", "qwen3:8b"].map(named) }],
    "GET /api/ps": [{ models: ps }],
    ...more,
  });
}

/** LM Studio with a model on disk, and one in two instances. */
function lmstudio(more: Routes = {}): ReturnType<typeof startControlServer> {
  const instance = (id: string) => ({ id, config: { context_length: 4096 } });
  return startControlServer({
    "GET /v1/models": [{ object: "list", data: [{ id: "a", owned_by: "organization_owner" }] }],
    "GET /api/v1/models": [
      {
        models: [
          { type: "llm", key: "qwen/qwen3-30b", loaded_instances: [] },
          {
            type: "llm",
            key: "google/gemma-3-12b",
            loaded_instances: [instance("small"), instance("large")],
          },
        ],
      },
    ],
    ...more,
  });
}

describe("leat models pull", () => {
  test("from Ollama, before LM Studio, though the provider in force is elsewhere", async () => {
    const first = await ollama({
      [PULL]: [
        lines([layer("a", 100 * GB, 40 * GB)], "cut"),
        lines([layer("a", 100 * GB, 40 * GB), layer("a", 100 * GB, 100 * GB), { status: "success" }]),
      ],
    });
    const second = await lmstudio();
    const user = await createUser({ lmstudio: second.url, ollama: first.url });
    const run = await user.leat(["models", "pull", "devstral:24b"]);
    expect(run).toEqual({
      code: 0,
      stdout: "",
      stderr: `using Ollama (${host(first)})
pulling devstral:24b …
resuming at 40 %
pulling devstral:24b: 40 %  40.0 of 100.0 GB
the connection to the server broke; trying again (1 of 4)
resuming at 40 %
pulling devstral:24b: 100 %  100.0 of 100.0 GB
pulled devstral:24b (100.0 GB)
`,
    });
    expect(first.asked.filter((one) => one.startsWith("POST"))).toEqual([
      `${PULL} {"model":"devstral:24b","stream":true}`,
      `${PULL} {"model":"devstral:24b","stream":true}`,
    ]);
    expect(second.asked.filter((one) => one.startsWith("POST"))).toEqual([]);
  });

  test("from the provider in force, which is not said", async () => {
    const first = await ollama();
    const second = await lmstudio({ "POST /api/v1/models/download": [{ status: "already_downloaded" }] });
    const user = await createUser({ lmstudio: second.url, ollama: first.url }, 'model_provider = "lmstudio"');
    const run = await user.leat(["models", "pull", "qwen/qwen3-30b"]);
    expect(run).toEqual({
      code: 0,
      stdout: "",
      stderr: "pulling qwen/qwen3-30b …\nqwen/qwen3-30b is there already\n",
    });
  });

  test("from the one that is named, also in the command that goes on", async () => {
    const server = await ollama({ [PULL]: [lines([layer("a", 100 * GB, 43 * GB)], "hold")] });
    const user = await createUser({ box: server.url });
    const running = user.start(["models", "pull", "qwen3:8b", "--provider", "box"]);
    await running.sees("43 %");
    running.child.kill("SIGINT");
    const run = await running.ended;
    expect(run.stderr).toMatch(
      /stopped at 43 %; what has arrived is kept\. To go on: leat models pull qwen3:8b --provider box\n$/,
    );
    expect(run.code).toBe(130);
  });

  test.each<[string, Reply, string[]]>([
    [
      "a full disk",
      lines([layer("a", GB, 0), { error: "write /m/blobs/sha256-a-partial-0: no space left on device" }]),
      [
        "the disk is full. Ollama says: write /m/blobs/sha256-a-partial-0: no space left on device",
        "Make room ",
      ],
    ],
    [
      "no such model",
      lines([{ status: "pulling manifest" }, { error: "pull model manifest: file does not exist" }]),
      [
        "there is no model qwen3:80b to pull. Ollama says: pull model manifest: file does not exist",
        "Did you mean qwen3:30b? ",
      ],
    ],
    [
      "HTTP 500",
      status(500, { error: "boom" }),
      ["Ollama says (HTTP 500): boom", "Look at the server's log"],
    ],
  ])("%s", async (_name, reply, [message = "", hint = ""]) => {
    const server = await ollama({ [PULL]: [reply] });
    const user = await createUser({ ollama: server.url });
    const run = await user.leat(["models", "pull", "qwen3:80b"]);
    expect(run.stderr.split("\n").slice(-3)).toEqual([
      message,
      expect.stringMatching(`^${hint.replace("?", "\\?")}`),
      "",
    ]);
    expect(run.code).toBe(1);
  });

  test("a server that has its model from its start", async () => {
    const vllm = await startFakeServer(fixtureOf("vllm"));
    const user = await createUser({ box: vllm.url }, 'model_provider = "box"');
    const run = await user.leat(["models", "pull", "qwen3:8b"]);
    expect([run.code, run.stderr]).toEqual([
      1,
      `vLLM (${host(vllm)}) pulls no models for leat.
Ollama and LM Studio do: start one of them, or name it with --provider. For another model of vLLM: vllm serve <model>
`,
    ]);
  });

  test("nobody is there, a name that is none, a provider that is none", async () => {
    const user = await createUser({});
    const none = await user.leat(["models", "pull", "qwen3:8b"]);
    expect([none.code, none.stderr]).toEqual([
      1,
      `no server was found that could.
oss, ollama, lmstudio, llamacpp: nothing listens at ${user.nobody}. Start Ollama: ollama serve.
`,
    ]);
    const blank = await user.leat(["models", "pull", "two words"]);
    expect([blank.code, blank.stderr.split("\n")[0]]).toEqual([1, "'two words' is no name of a model."]);
    const unknown = await user.leat(["models", "pull", "x", "--provider", "olama"]);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("ollama")]);
  });

  test("a far provider that nobody chose is left in peace", async () => {
    const user = await createUser({});
    const run = await user.leat(["models", "pull", "x"], { env: { OPENAI_API_KEY: "sk-secret" } });
    expect(run.stderr).not.toContain("openai");
  });
});

describe("leat models load and unload", () => {
  test("a part of the name will do; the window is told as it runs then", async () => {
    const running = [{ name: "qwen3:30b", context_length: 32768, expires_at: "2026-01-01T00:00:00Z" }];
    const server = await ollama({
      "GET /api/ps": [{ models: [] }, { models: running }],
      [GENERATE]: [{ model: "qwen3:30b", done: true, done_reason: "load" }],
    });
    const user = await createUser({ ollama: server.url });
    const run = await user.leat(["models", "load", "30B"]);
    expect(run).toEqual({
      code: 0,
      stdout: "qwen3:30b is loaded, window 32,768\n",
      stderr: `using Ollama (${host(server)})\nloading qwen3:30b …\n`,
    });
    expect(server.asked).toContain(`${GENERATE} {"model":"qwen3:30b","stream":false}`);
  });

  test.each<[string[], number, string, string]>([
    [["load", "gpt-oss"], 0, "gpt-oss:20b is loaded already, window 8,192\n", ""],
    [["unload", "qwen3:8b"], 0, "qwen3:8b is not loaded\n", ""],
    [
      ["load", "qwen3"],
      1,
      "",
      "qwen3 fits several models of PLACE: qwen3:8b, qwen3:30b.\nType more of the name of the one you mean.\n",
    ],
  ])("%s", async (words, code, stdout, stderr) => {
    const server = await ollama();
    const user = await createUser({ ollama: server.url }, 'model_provider = "ollama"');
    const run = await user.leat(["models", ...words]);
    expect(run).toEqual({ code, stdout, stderr: stderr.replace("PLACE", `Ollama (${host(server)})`) });
    expect(server.asked.filter((one) => one.startsWith("POST"))).toEqual([]);
  });

  test("of what is loaded a shorter name will do", async () => {
    const server = await ollama({
      "GET /api/ps": [
        { models: [{ name: "qwen3:8b", context_length: 8192, expires_at: "" }] },
        { models: [] },
      ],
      [GENERATE]: [{ model: "qwen3:8b", done: true, done_reason: "unload" }],
    });
    const user = await createUser({ ollama: server.url }, 'model_provider = "ollama"');
    const run = await user.leat(["models", "unload", "qwen3"]);
    expect(run).toEqual({ code: 0, stdout: "qwen3:8b is unloaded\n", stderr: "unloading qwen3:8b …\n" });
  });

  test("on the server that has the model, though Ollama runs", async () => {
    const first = await ollama();
    const second = await lmstudio({
      "POST /api/v1/models/load": [{ status: "loaded", load_config: { context_length: 16384 } }],
      "POST /api/v1/models/unload": [{ instance_id: "x" }],
    });
    const user = await createUser({ ollama: first.url, lmstudio: second.url });
    const load = await user.leat(["models", "load", "qwen/qwen3-30b"]);
    expect([load.code, load.stdout]).toEqual([0, "qwen/qwen3-30b is loaded, window 16,384\n"]);
    const unload = await user.leat(["models", "unload", "google/gemma-3-12b"]);
    expect([unload.code, unload.stdout]).toEqual([0, "small is unloaded\nlarge is unloaded\n"]);
    const one = await user.leat(["models", "unload", "large"]);
    expect([one.code, one.stdout]).toEqual([0, "large is unloaded\n"]);
    expect(second.asked.filter((asked) => asked.startsWith("POST"))).toEqual([
      'POST /api/v1/models/load {"model":"qwen/qwen3-30b","echo_load_config":true}',
      'POST /api/v1/models/unload {"instance_id":"small"}',
      'POST /api/v1/models/unload {"instance_id":"large"}',
      'POST /api/v1/models/unload {"instance_id":"large"}',
    ]);
  });

  test("no memory for it", async () => {
    const error = "model requires more system memory (40.1 GiB) than is available (14.9 GiB)";
    const server = await ollama({ [GENERATE]: [status(500, { error })] });
    const user = await createUser({ ollama: server.url }, 'model_provider = "ollama"');
    const run = await user.leat(["models", "load", "qwen3:30b"]);
    expect(run).toEqual({
      code: 1,
      stdout: "",
      stderr: `loading qwen3:30b …
Ollama (${host(server)}) does not load qwen3:30b (HTTP 500): ${error}
Make room: leat models unload <name> (loaded: gpt-oss:20b). Or take a smaller model or window.
`,
    });
  });

  test("a load that takes long is waited for, and Ctrl-C ends the waiting", async () => {
    let finish = () => {};
    let tell = () => {};
    const asked = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const server = await ollama({
      [GENERATE]: [
        (response) => {
          finish = () => response.writeHead(200).end('{"done":true,"done_reason":"load"}');
          tell();
        },
      ],
    });
    const user = await createUser({ ollama: server.url }, 'model_provider = "ollama"');
    const patient = user.start(["models", "load", "qwen3:30b"]);
    await asked;
    finish();
    expect((await patient.ended).stdout).toBe("qwen3:30b is loaded\n");

    const impatient = user.start(["models", "load", "qwen3:30b"]);
    await impatient.sees("loading qwen3:30b …");
    impatient.child.kill("SIGINT");
    const run = await impatient.ended;
    expect([run.code, run.stderr.split("\n").at(-2)]).toEqual([
      130,
      `no longer waiting for qwen3:30b; Ollama (${host(server)}) may go on. leat models tells.`,
    ]);
  });

  test("a server that has its model from its start, and a model that is not there", async () => {
    const llamacpp = await startFakeServer(fixtureOf("llamacpp"));
    const user = await createUser({ llamacpp: llamacpp.url });
    const run = await user.leat(["models", "load", "qwen3"]);
    expect([run.code, run.stderr.split("\n")[0]]).toEqual([
      1,
      `llama.cpp (${host(llamacpp)}) loads its models itself: it serves what it was started with.`,
    ]);
    const server = await ollama();
    const other = await createUser({ ollama: server.url }, 'model_provider = "ollama"');
    const missing = await other.leat(["models", "load", "zzz"]);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining("leat models pull zzz")]);
  });
});
