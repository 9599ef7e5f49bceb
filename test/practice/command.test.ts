import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runPracticeCommand } from "../../src/cli/practice.ts";
import { ask, hi, startServer, until } from "./support.ts";

const folder = mkdtempSync(join(tmpdir(), "leat-practice-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function start(options: Parameters<typeof runPracticeCommand>[0]) {
  const written = { out: "", error: "" };
  const stop = new AbortController();
  const code = runPracticeCommand(options, {
    stdout: { write: (text) => (written.out += text) },
    stderr: { write: (text) => (written.error += text) },
    signal: stop.signal,
  });
  return { written, stop, code };
}

test("serves until it is told to stop, and says what to paste and what came in", async () => {
  const scriptPath = file("script.json", '\ufeff{ "model": "m", "replies": [{ "text": "Hello" }] }');
  const { written, stop, code } = start({ port: 0, scriptPath, pace: "full" });
  await until(() => written.out.includes("leat exec"));
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(written.out)?.[1]);
  expect(written.out).toBe(`leat practice: a script with 1 reply
Serving at http://127.0.0.1:${port}/v1 (this machine only). Ctrl-C stops it.

Put this into config.toml in $CODEX_HOME (~/.codex unless set):

[model_providers.practice]
name = "leat practice"
base_url = "http://127.0.0.1:${port}/v1"
wire_api = "chat"

[profiles.practice]
model = "m"
model_provider = "practice"
sandbox_mode = "workspace-write"

Then type, in another terminal:

leat exec --profile practice "fix the failing test"

`);
  const before = written.out.length;
  await ask({ port }, { body: { messages: hi } });
  await ask({ port }, { method: "GET", path: "/x" });
  expect(written.out.slice(before)).toMatch(
    /^\d\d:\d\d:\d\d {2}POST \/v1\/chat\/completions {2}text\n\d\d:\d\d:\d\d {2}GET \/x {2}status 404\n$/,
  );
  stop.abort();
  expect(await code).toBe(0);
  expect(written.error).toBe("");
});

test.each([
  [{ port: 70_000 }, "the port must be a whole number from 0 (any free one) to 65535."],
  [
    { port: 0, pace: "fast" },
    'the pace must be "human", "full" or a number of tokens per second, not "fast".',
  ],
  [
    { port: 0, prefill: "fast" },
    '--prefill, in tokens per second, must be a number from 0.1 to 1000000, not "fast".',
  ],
  [{ port: 0, slots: "1.5" }, '--slots must be a whole number from 1 to 64, not "1.5".'],
  [{ port: 0, load: "" }, '--load, in seconds, must be a number from 0 to 3600, not "".'],
  [{ port: 0, window: "8" }, '--window, in tokens, must be a whole number from 16 to 10000000, not "8".'],
  [
    { port: 0, load: "3", face: "vllm" },
    "vLLM does not listen before its model is loaded, so --load says nothing with --as vllm.",
  ],
  [{ port: 0, slotSavePath: folder }, "only llama.cpp saves slots: --slot-save-path needs --as llamacpp."],
  [
    { port: 0, face: "llamacpp", slotSavePath: file("taken", "") },
    `can't make the folder of --slot-save-path: EEXIST: file already exists, mkdir '${folder}/taken'.`,
  ],
  [{ port: 0, scriptPath: join(folder, "none.json") }, `can't read the script ${folder}/none.json (ENOENT).`],
  [
    { port: 0, scriptPath: file("bad.json", '{"replies":[{"status":"x"}]}') },
    `the script ${folder}/bad.json is not valid: replies[0].status must be a number.`,
  ],
] as const)("%j: one sentence, exit code 1", async (options, sentence) => {
  const { written, code } = start(options);
  expect(await code).toBe(1);
  expect(written).toEqual({ out: "", error: `leat practice: ${sentence}\n` });
});

test("a script that is no JSON and a port in use are one sentence too", async () => {
  const broken = start({ port: 0, scriptPath: file("broken.json", "{") });
  expect(await broken.code).toBe(1);
  expect(broken.written.error).toMatch(/^leat practice: the script .*broken\.json is not JSON: .+\n$/);

  const { port } = await startServer();
  const taken = start({ port });
  expect(await taken.code).toBe(1);
  expect(taken.written.error).toBe(
    `leat practice: port ${port} is in use; choose another one with --port.\n`,
  );
});
