import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { readRecording } from "../../src/cli/debug-replay.ts";
import { type Reply, startPracticeServer } from "../../src/practice/index.ts";
import { tempFolder } from "../support/temp-folder.ts";

const script = fileURLToPath(new URL("../../scripts/record.mjs", import.meta.url));

test("a live server is asked once, and the answer is a vector", async () => {
  const server = await serve([{ text: "Hello." }]);
  const folder = tempFolder();
  const out = join(folder, "made.json");
  const run = await record(folder, ["--url", server.url, "--model", "m", "--out", out, "--key-env", "KEY"]);
  expect(run).toMatchObject({ code: 0, stdout: `${out}\n` });
  expect(server.requests.map(({ headers }) => headers["authorization"])).toEqual(["Bearer key-of-the-test"]);
  const recorded = readFileSync(out, "utf8");
  expect(recorded).not.toContain("key-of-the-test");
  expect(readRecording(Buffer.from(recorded))).toMatchObject({
    ok: true,
    recording: { model: "m", status: 200 },
  });
});

test("an answer with an error is recorded, too, and the code tells it", async () => {
  const server = await serve([{ status: 400, body: { error: { message: "no" } } }]);
  const folder = tempFolder();
  const run = await record(folder, ["--url", server.url, "--model", "a/b", "--prompt", "what?"]);
  expect(run).toMatchObject({ code: 1, stdout: `${join(folder, "recorded-a-b.json")}\n` });
  expect(readRecording(readFileSync(join(folder, "recorded-a-b.json")))).toMatchObject({
    recording: { status: 400 },
  });
});

test("a recording that is there already is kept", async () => {
  const server = await serve([{ text: "Hello." }]);
  const folder = tempFolder();
  writeFileSync(join(folder, "recorded-m.json"), "mine");
  const run = await record(folder, ["--url", server.url, "--model", "m"]);
  expect(run).toMatchObject({ code: 2, stdout: "" });
  expect(run.stderr).toContain("recorded-m.json is there already");
  expect(server.requests).toEqual([]);
});

test("what is missing is said", async () => {
  const run = await record(tempFolder(), ["--model", "m"]);
  expect(run).toMatchObject({ code: 2, stdout: "" });
  expect(run.stderr).toContain("--url and --model are needed");
});

async function serve(replies: readonly Reply[]): ReturnType<typeof startPracticeServer> {
  const server = await startPracticeServer({ pace: "full", script: { replies } });
  onTestFinished(() => server.stop());
  return server;
}

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function record(cwd: string, args: readonly string[]): Promise<Run> {
  const env = { PATH: process.env["PATH"], KEY: "key-of-the-test" };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [script, ...args], { cwd, env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
