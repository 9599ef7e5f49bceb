import { expect, onTestFinished, test } from "vitest";
import { type PracticeServer, startPracticeServer } from "../../src/practice/index.ts";
import { createBench } from "./support.ts";

type Options = NonNullable<Parameters<typeof startPracticeServer>[0]>;

async function open(options: Options) {
  const script = { model: "m", replies: [{ text: "word ".repeat(100) }], after: "repeat-last" as const };
  const server = await startPracticeServer({
    pace: { tokens_per_second: 2_000 },
    prefillTokensPerSecond: 20_000,
    script,
    ...options,
  });
  onTestFinished(() => server.stop());
  const bench = createBench(server.url);
  bench.writeConfig(`model = "m"
model_provider = "local"

[model_providers.local]
name = "local"
base_url = "${server.url}"
wire_api = "chat"
`);
  return { ...bench, server };
}

interface Size {
  tokens: number;
  status: string;
  median: { cold_first_token_ms: number; warm_first_token_ms: number; prefill: Speed; decode: Speed };
  runs: { cold: Measured; warm: Measured }[];
}
interface Speed {
  tokens_per_second: number;
  by: string;
}
interface Measured {
  prompt_tokens: number;
  cached_tokens?: number;
  output_tokens: number;
}

test("cold and warm, at each size that fits the window; what it will send is said first", async () => {
  const { leat, server } = await open({ face: "llamacpp", window: 9_000 });
  const run = await leat(["bench", "--json"]);
  expect(run.code).toBe(0);
  expect(run.stderr).toContain("leat bench sends up to 7 requests to ");
  expect(run.stderr).toContain("8k will take about ");
  expect(run.stderr).toContain("32k is left out: with the answer it does not fit the window of 9,000 tokens");
  const [model] = JSON.parse(run.stdout).models;
  expect(model).toMatchObject({ model: "m", provider: "local", context_window: 9_000, status: "completed" });
  const sizes: Size[] = model.sizes;
  expect(sizes.map(({ tokens, status }) => [tokens, status])).toEqual([
    [1_000, "measured"],
    [8_000, "measured"],
    [32_000, "too-large"],
  ]);
  const [, large] = sizes;
  const [pair] = large?.runs ?? [];
  const read = pair?.cold.prompt_tokens ?? 0;
  expect(Math.abs(read - 8_000)).toBeLessThan(160);
  expect(pair?.cold.cached_tokens).toBeLessThan(20);
  expect(pair?.warm.cached_tokens).toBeGreaterThan(read - 10);
  expect([pair?.cold.output_tokens, pair?.warm.output_tokens]).toEqual([64, 8]);
  expect(pair?.warm).not.toHaveProperty("prefill");
  // 8,000 tokens at 20,000 a second are 0.4 s, and no machine is faster than that.
  expect(large?.median.cold_first_token_ms).toBeGreaterThan(380);
  expect(large?.median.prefill.tokens_per_second).toBeLessThan(21_000);
  expect([large?.median.prefill.by, large?.median.decode.by]).toEqual(["server", "server"]);
  const bodies = server.requests.map(({ json }) => json as { messages: { content: string }[] });
  expect(bodies).toHaveLength(5);
  const starts = [bodies[1], bodies[3]].map((body) => body?.messages[0]?.content.slice(0, 8));
  expect(new Set(starts).size).toBe(2);
});

test("several models side by side; what one can't do stops no other", async () => {
  const { leat } = await open({ face: "ollama", moreModels: ["other"] });
  const run = await leat(["bench", "-m", "m,none", "-m", "other", "--sizes", "200", "--runs", "2"]);
  expect(run.code).toBe(1);
  const rows = run.stdout.split("\n");
  expect(rows[0]?.trim().split(/ {2,}/)).toEqual(["m", "other"]);
  expect(rows[1]).toMatch(/^first token, cold {2}200 +[\d.]+ m?s +[\d.]+ m?s$/);
  expect(rows[3]).toMatch(/^prefill +200 +≈[\d,]+ tok\/s +≈[\d,]+ tok\/s$/);
  expect(rows[4]).toMatch(/^decode +200 +≈[\d,]+ tok\/s +≈[\d,]+ tok\/s$/);
  expect(run.stdout).toContain("\nnone: it is not there, as was said above.\n");
  expect(run.stderr).toContain("none");
});

test("a model is loaded before the clock runs", async () => {
  const { leat } = await open({ face: "lmstudio", loadMs: 1_500 });
  const run = await leat(["bench", "--sizes", "200", "--json"]);
  const [size]: Size[] = JSON.parse(run.stdout).models[0].sizes;
  expect(size?.median.cold_first_token_ms).toBeLessThan(1_500);
});

test("what it waits for is said", async () => {
  const { leat } = await open({ face: "llamacpp", loadMs: 1_500 });
  const run = await leat(["bench", "--sizes", "200"]);
  expect(run.code).toBe(0);
  expect(run.stderr).toContain("m  a short request first, which loads the model where it is not loaded…\n");
  expect(run.stderr).toContain("m  asking again: local says (HTTP 503): Loading model\n");
});

test("Ctrl-C shows what there is by then", async () => {
  const { start, server } = await open({ face: "llamacpp", prefillTokensPerSecond: 1_000 });
  const running = start(["bench", "--sizes", "200,30k"]);
  await begun(server, 4);
  running.child.kill("SIGINT");
  const run = await running.ended;
  expect(run.code).toBe(130);
  expect(run.stdout).toMatch(/^first token, cold {2}200 +[\d.]+ m?s$/m);
  expect(run.stdout).toContain("m: interrupted; what is missing was not measured.");
});

test.each([
  [["--sizes", "many"], "--sizes can't take"],
  [["--runs", "0"], "--runs takes a whole number from 1 to 20"],
  [["-m", ","], "-m names no model."],
  [["--provider", "nobody"], "nobody"],
])("bench %j is a mistake, and nothing is sent", async (args, says) => {
  const { leat, server } = await open({});
  const run = await leat(["bench", ...args]);
  expect([run.code, run.stdout]).toEqual([1, ""]);
  expect(run.stderr).toContain(says);
  expect(server.requests).toEqual([]);
});

async function begun(server: PracticeServer, requests: number): Promise<void> {
  while (server.requests.length < requests) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
