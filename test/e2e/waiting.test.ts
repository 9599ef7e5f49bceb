import { mkdirSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startPracticeServer } from "../../src/practice/index.ts";
import { createBench, localConfig } from "./support.ts";
import { startInTerminal } from "./terminal.ts";

const REPLIES = [{ text: "Here I am." }, { text: "Here I am." }];

async function userOf(
  options: Parameters<typeof startPracticeServer>[0],
  replies: readonly object[] = REPLIES,
) {
  const script = { model: "gpt-oss:20b", replies: replies as typeof REPLIES, after: "repeat-last" as const };
  const server = await startPracticeServer({ pace: "full", script, ...options });
  onTestFinished(() => server.stop());
  const bench = createBench(server.url);
  bench.writeConfig(
    localConfig(server.url, "model_context_window = 32768").replace("openai/gpt-oss-20b", "gpt-oss:20b"),
  );
  return { ...bench, server };
}

/** What leat knows of the server from earlier sessions. */
function remember({ home, server }: Awaited<ReturnType<typeof userOf>>, facts: object) {
  mkdirSync(join(home, "leat"), { recursive: true });
  writeFileSync(join(home, "leat/endpoints.json"), JSON.stringify({ endpoints: { [server.url]: facts } }));
}

describe.each(["ollama", "lmstudio"] as const)("%s loads the model in silence", (face) => {
  test("it is said, once, and the answer comes", async () => {
    const user = await userOf({ face, loadMs: 2_500 });
    const run = await user.leat(["exec", "hi"]);
    expect(run).toMatchObject({ code: 0, stdout: "Here I am.\n" });
    expect(run.stderr.match(/^loading gpt-oss:20b$/gm)).toHaveLength(1);
  });

  test("Ctrl-C does not wait for it", async () => {
    const user = await userOf({ face, loadMs: 60_000 });
    const running = user.start(["exec", "hi"]);
    await running.sees("loading gpt-oss:20b");
    running.child.kill("SIGINT");
    expect((await running.ended).code).toBe(130);
  });
});

test("all slots are at work for somebody else: it waits in line, and says so", async () => {
  const user = await userOf({ face: "llamacpp", slots: 1 }, [
    { text: "one two three four five six seven eight nine ten", pace: { tokens_per_second: 3 } },
    { text: "Here I am." },
  ]);
  remember(user, { kind: "llamacpp" });
  const other = httpRequest(`${user.server.url}/chat/completions`, { method: "POST" });
  onTestFinished(() => {
    other.destroy();
  });
  other.on("error", () => {});
  other.end(
    JSON.stringify({ model: "gpt-oss:20b", stream: true, messages: [{ role: "user", content: "hi" }] }),
  );
  const begun = new Promise((resolve) => other.once("response", resolve));
  await begun;
  const running = user.start(["exec", "hi"]);
  await running.sees("queued: the one slot of the server is busy");
  other.destroy();
  expect(await running.ended).toMatchObject({ code: 0, stdout: "Here I am.\n" });
});

test("a slot that reads our own prompt is no queue, though nobody has asked it to report", async () => {
  // Under this name the server is not known as llama.cpp before it has been met.
  const user = await userOf({ face: "llamacpp", slots: 1, prefillTokensPerSecond: 400 });
  const run = await user.leat(["exec", "hi"]);
  expect(run).toMatchObject({ code: 0, stdout: "Here I am.\n" });
  expect(run.stderr).not.toContain("queued");
});

test("a quick answer is asked nothing beside it", async () => {
  const user = await userOf({ face: "ollama" });
  await user.leat(["exec", "hi"]);
  expect(user.server.requests.map(({ path }) => path)).toEqual(["/v1/chat/completions"]);
});

describe.skipIf(process.platform !== "linux")("on a terminal (Linux: script)", () => {
  test("the prefill of a server that reports none is judged by the speed that is known", async () => {
    const user = await userOf({ face: "lmstudio", prefillTokensPerSecond: 300 });
    remember(user, { kind: "lmstudio", models: { "gpt-oss:20b": { prefillTokensPerSecond: 300 } } });
    const terminal = startInTerminal(user, 100, "hi");
    await terminal.sees("prefill ≈ ▕");
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toMatch(/prefill ≈ ▕[█░]+▏ \d+ %/);
  });

  test("loading has a clock of its own", async () => {
    const user = await userOf({ face: "ollama", loadMs: 3_500 });
    const terminal = startInTerminal(user, 100, "hi");
    await terminal.sees("loading gpt-oss:20b · 1 s");
    expect(await terminal.ended).toBe(0);
  });
});
