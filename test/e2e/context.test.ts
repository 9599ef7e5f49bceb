import { expect, onTestFinished, test } from "vitest";
import { type Reply, startPracticeServer } from "../../src/practice/index.ts";
import { createBench, createWorkbench, localConfig } from "./support.ts";

async function userOf(options: Parameters<typeof startPracticeServer>[0], more = "") {
  const script = { replies: [{ text: "Done." }], after: "repeat-last" as const };
  const server = await startPracticeServer({ pace: "full", script, ...options });
  onTestFinished(() => server.stop());
  const bench = createBench(server.url);
  bench.writeConfig(localConfig(server.url, more));
  const model = "leat-practice";
  const chats = () => server.requests.filter(({ path }) => path.endsWith("/chat/completions"));
  return { server, chats, exec: (text: string) => bench.leat(["exec", "-m", model, "-"], { stdin: text }) };
}

const words = (count: number) => "seven letters ".repeat(count / 2);

test("Ollama cuts a prompt without a word: that is told, with what to do", async () => {
  const user = await userOf({ face: "ollama", window: 4_096 }, "model_context_window = 32768");
  const run = await user.exec(words(9_000));
  expect(run.code).toBe(0);
  expect(run.stderr).toContain("THE SERVER HAS CUT THE PROMPT without a word: it has read 4,0");
  expect(run.stderr).toContain("OLLAMA_CONTEXT_LENGTH=32768 ollama serve");
});

test("at a first meeting a long prompt waits for the window, and is not sent where it can't fit", async () => {
  const user = await userOf({ face: "ollama", window: 4_096 });
  const run = await user.exec(words(6_000));
  expect(run.code).toBe(1);
  expect(user.chats()).toEqual([]);
  expect(run.stderr).toMatch(
    /the prompt was not sent: it has about 1\d,\d{3} tokens, the context holds 4,096/,
  );
  expect(run.stderr).toContain("OLLAMA_CONTEXT_LENGTH=32768 ollama serve");
});

test("a window that is small for the work is told of as soon as it is learnt", async () => {
  const server = await startPracticeServer({
    pace: { tokens_per_second: 20 },
    face: "llamacpp",
    window: 4_096,
    script: { replies: [{ text: "Ten words or so, so that there is time to ask." }] },
  });
  onTestFinished(() => server.stop());
  const bench = createBench(server.url);
  bench.writeConfig(localConfig(server.url).replace("openai/gpt-oss-20b", "leat-practice"));
  const run = await bench.leat(["exec", "hi"]);
  expect(run.code).toBe(0);
  expect(run.stderr).toContain(
    "the server says that the context holds 4,096 tokens: little for work with tools",
  );
  expect(run.stderr).toContain("llama-server -c 32768");
});

const LARGE = { total: 9_000, step: 40 };
const usage = (cached: number, prompt: number) => ({
  prompt_tokens: prompt,
  completion_tokens: LARGE.step,
  prompt_tokens_details: { cached_tokens: cached },
});
const call = { name: "shell", arguments: { command: "true" } };

test("what the server had in its cache and reads again is told of, once, and only where it matters", async () => {
  const replies: Reply[] = [
    { calls: [call], usage: usage(0, LARGE.total) },
    { calls: [call], usage: usage(LARGE.total - 10, LARGE.total + 100) },
    { calls: [call], usage: usage(0, LARGE.total + 200) },
    { calls: [call], usage: usage(0, LARGE.total + 300) },
    { text: "Done.", usage: usage(LARGE.total, LARGE.total + 400) },
  ];
  const bench = await createWorkbench(replies);
  const config = localConfig(bench.server.url, "model_context_window = 131072");
  bench.writeConfig(config.replace("openai/gpt-oss-20b", "qwen3-coder"));
  const run = await bench.leat(["exec", "--yolo", "go"]);
  expect(run.code).toBe(0);
  expect(run.stderr.match(/that had been sent before were read again/g)).toHaveLength(1);
  expect(run.stderr).toContain(
    "9,100 of 9,100 tokens that had been sent before were read again: the server has it no more",
  );
});

test("a server that is silent about its cache is not accused", async () => {
  const plain = (prompt: number) => ({ prompt_tokens: prompt, completion_tokens: 5 });
  const bench = await createWorkbench([
    { calls: [call], usage: plain(9_000) },
    { text: "Done.", usage: plain(9_100) },
  ]);
  bench.writeConfig(localConfig(bench.server.url, "model_context_window = 131072"));
  const run = await bench.leat(["exec", "--yolo", "go"]);
  expect(run.stderr).not.toContain("read again");
});
