import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Reply } from "../../src/practice/index.ts";
import { noSandbox } from "../support/sandbox.ts";
import { createWorkbench, localConfig, type Workbench } from "./support.ts";

const KEY = "key-of-this-provider";
const COMMAND = "echo in-the-command";

const session: readonly Reply[] = [
  { status: 503, body: `{"error":{"message":"busy, says ${KEY}"}}` },
  { reasoning: "I think.", calls: [{ name: "shell", arguments: { command: COMMAND } }] },
  { text: "The answer." },
];

function logOf(bench: Workbench): string {
  return readFileSync(join(bench.home, "log", "leat.log"), "utf8");
}

interface Line {
  readonly time: string;
  readonly level: string;
  readonly session?: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

function linesOf(bench: Workbench): Line[] {
  return logOf(bench)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

async function runSession(env: Record<string, string>): Promise<Workbench> {
  const bench = await createWorkbench(session);
  const other = `[model_providers.other]\nbase_url = "http://other.invalid"\nexperimental_bearer_token = "key-of-another-one"\n`;
  const url = `${bench.server.url}?sig=in-the-query`;
  // The window is known, so that no server is asked for it.
  bench.writeConfig(`${localConfig(url, "model_context_window = 32768")}env_key = "SOME_KEY"\n${other}`);
  const run = await bench.leat(["exec", "my own words, and key-of-another-one"], {
    env: { SOME_KEY: KEY, ...env },
  });
  expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 0, stdout: "The answer.\n" });
  expect(run.stderr).not.toMatch(/request-sent|"event"/);
  return bench;
}

describe.skipIf(noSandbox !== undefined)(`LEAT_LOG (${noSandbox ?? "with a command"})`, () => {
  test("debug: what happened and how long it took, without what was said", async () => {
    const bench = await runSession({ LEAT_LOG: "debug" });
    const lines = linesOf(bench);
    const [{ id } = {}] = bench.sessionLines().map(({ payload }) => payload);
    expect(new Set(lines.map((line) => line.session))).toEqual(new Set([id]));
    expect(lines.every(({ time }) => !Number.isNaN(Date.parse(time)))).toBe(true);
    const exchange = ["request-sent", "response-headers", "first-byte"];
    expect(lines.map(({ event }) => event).filter((event) => event !== "sandbox")).toEqual([
      ...["session-started", "turn-started", "request-started", ...exchange, "request-ended", "retry"],
      ...[
        ...exchange,
        "first-token",
        "request-ended",
        "response-completed",
        "item-completed",
        "item-completed",
      ],
      ...["tool-started", "tool-ended", "item-completed", "request-started"],
      ...[...exchange, "first-token", "request-ended", "response-completed", "item-completed", "turn-ended"],
    ]);
    const ended = lines.filter(({ event }) => event === "request-ended");
    expect(ended.map(({ status, level, end }) => [status, level, end])).toEqual([
      [503, "info", "complete"],
      [200, "info", "left"],
      [200, "info", "left"],
    ]);
    expect(ended[1]).toEqual({
      time: expect.any(String),
      level: "info",
      session: id,
      event: "request-ended",
      request: 2,
      method: "POST",
      url: `${bench.server.url}/chat/completions`,
      bytes_up: Buffer.byteLength(JSON.stringify(bench.server.requests[1]?.json)),
      status: 200,
      content_type: "text/event-stream",
      headers_ms: expect.any(Number),
      first_byte_ms: expect.any(Number),
      first_token_ms: expect.any(Number),
      end_ms: expect.any(Number),
      bytes_down: expect.any(Number),
      end: "left",
    });
    expect(lines.find(({ event }) => event === "tool-ended")).toMatchObject({
      tool: "shell",
      outcome: "command-exited",
      exit_code: 0,
      timed_out: false,
      duration_ms: expect.any(Number),
    });
    expect(lines.find(({ event }) => event === "sandbox")).toMatchObject({ tier: { name: "bubblewrap" } });
    expect(lines.find(({ event }) => event === "retry")).toMatchObject({
      level: "warn",
      layer: "request",
      error: { kind: "overloaded", message: "busy, says …" },
    });
    for (const said of [
      "my own words",
      "in-the-command",
      "The answer",
      "I think",
      KEY,
      "another-one",
      "in-the-query",
    ]) {
      expect(logOf(bench)).not.toContain(said);
    }
    const modes = ["", "leat.log"].map((name) => statSync(join(bench.home, "log", name)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600]);
  });

  test("trace: the arguments of calls as well, never a key", async () => {
    const bench = await runSession({ LEAT_LOG: "trace" });
    const lines = linesOf(bench);
    expect(lines.find(({ event }) => event === "tool-started")).toMatchObject({
      action: { kind: "command", command: COMMAND },
    });
    expect(lines.find(({ item }) => item === "function_call")).toMatchObject({
      arguments: JSON.stringify({ command: COMMAND }),
    });
    for (const secret of [KEY, "key-of-another-one", "in-the-query"]) {
      expect(logOf(bench)).not.toContain(secret);
    }
  });

  test("info, by RUST_LOG as for Codex: one line a request and a call", async () => {
    const bench = await runSession({ RUST_LOG: "codex_core=info,codex_tui=warn" });
    expect(
      linesOf(bench)
        .map(({ event }) => event)
        .filter((event) => event !== "sandbox"),
    ).toEqual([
      ...["session-started", "turn-started", "request-ended", "retry", "request-ended"],
      ...["tool-ended", "request-ended", "turn-ended"],
    ]);
  });
});

test.each<[string, Record<string, string>]>([
  ["not set", {}],
  ["off", { LEAT_LOG: "off", RUST_LOG: "debug" }],
  ["of another program", { RUST_LOG: "hyper=debug" }],
])("%s: no file, not a word", async (_name, env) => {
  const bench = await createWorkbench([{ text: "The answer." }]);
  const run = await bench.leat(["exec", "hi"], { env });
  expect({ code: run.code, exists: existsSync(join(bench.home, "log")) }).toEqual({ code: 0, exists: false });
  expect(run.stderr).not.toContain("warning");
});

describe("what can't be logged never ends a run", () => {
  const warnings = (stderr: string) => stderr.split("\n").filter((line) => line.startsWith("warning: "));

  test.each<{ name: string; env: Record<string, string>; prepare?: (log: string) => void; warning: RegExp }>([
    {
      name: "a bad value",
      env: { LEAT_LOG: "verbose" },
      warning: /^warning: 'verbose' in LEAT_LOG is no level of the log; there are off, error, /,
    },
    {
      name: "a log that can't be opened",
      env: { LEAT_LOG: "debug" },
      prepare: (log) => mkdirSync(log),
      warning: /^warning: nothing is logged, since \/.*\/log\/leat\.log can't be opened: EISDIR/,
    },
    {
      name: "a log that can't be put away when it is full",
      env: { LEAT_LOG: "debug" },
      prepare: (log) => {
        writeFileSync(log, "");
        truncateSync(log, 10 * 2 ** 20);
        mkdirSync(join(`${log}.1`, "full"), { recursive: true });
      },
      warning: /^warning: the log \/.*\/log\/leat\.log is not whole, since it could not be written: E/,
    },
  ])("$name is said once", async ({ env, prepare, warning }) => {
    const bench = await createWorkbench([{ text: "The answer." }]);
    mkdirSync(join(bench.home, "log"));
    prepare?.(join(bench.home, "log", "leat.log"));
    const run = await bench.leat(["exec", "hi"], { env });
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 0, stdout: "The answer.\n" });
    expect(warnings(run.stderr)).toEqual([expect.stringMatching(warning)]);
  });

  test("a connection that fails is logged with its cause", async () => {
    const bench = await createWorkbench([]);
    await bench.server.stop();
    const run = await bench.leat(["exec", "hi"], { env: { LEAT_LOG: "warn" } });
    expect(run.code).toBe(1);
    const { port } = new URL(bench.server.url);
    const refused = `connect ECONNREFUSED 127.0.0.1:${port}`;
    expect(linesOf(bench)).toEqual([
      {
        time: expect.any(String),
        level: "warn",
        session: expect.any(String),
        event: "request-ended",
        request: 1,
        method: "POST",
        url: `${bench.server.url}/chat/completions`,
        bytes_up: expect.any(Number),
        bytes_down: 0,
        end_ms: expect.any(Number),
        end: "no answer",
        error: {
          name: "Error",
          message: `ECONNREFUSED: ${refused}`,
          cause: { name: "Error", message: refused, code: "ECONNREFUSED" },
        },
      },
      expect.objectContaining({
        level: "error",
        event: "turn-ended",
        end: "failed",
        error: expect.objectContaining({ kind: "connection_refused" }),
      }),
    ]);
  });
});
