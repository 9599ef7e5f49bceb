import { expect, onTestFinished, test } from "vitest";
import type { Plan } from "../../../src/cli/bench/plan.ts";
import { runModel } from "../../../src/cli/bench/run-model.ts";
import { createHttpClient } from "../../../src/net/index.ts";
import { type Reply, startPracticeServer } from "../../../src/practice/index.ts";
import { pickDialect } from "../../../src/wire/index.ts";

const plan: Plan = { models: ["m"], sizes: [200, 400], runs: 1, areNamed: false };

/** A real server; the clock may run faster than the world's. */
async function bench(
  setting: { replies?: readonly Reply[]; clockRate?: number; window?: number },
  own: Partial<Plan> = {},
) {
  const replies = setting.replies ?? [{ text: "word ".repeat(100) }];
  const server = await startPracticeServer({
    pace: "full",
    prefillTokensPerSecond: 20_000,
    script: { replies, after: "repeat-last" },
    ...(setting.window === undefined ? {} : { window: setting.window }),
  });
  onTestFinished(() => server.stop());
  const http = createHttpClient(new Set());
  onTestFinished(() => http.close());
  const said: string[] = [];
  let seeds = 0;
  const result = await runModel(
    {
      model: "m",
      provider: "p",
      baseUrl: server.url,
      line: {
        endpoint: {
          providerId: "p",
          baseUrl: server.url,
          queryParams: {},
          headers: {},
          wireApi: "chat",
          dialect: pickDialect({
            providerId: "p",
            providerName: "p",
            hostname: "127.0.0.1",
            port: "1",
            model: "m",
          }),
          requestMaxRetries: 2,
          streamMaxRetries: 2,
          idleTimeoutMs: undefined,
        },
        http,
        memory: { get: () => ({ server: {}, model: {} }), put: () => {} },
        signal: new AbortController().signal,
        model: "m",
        settings: {},
        now: () => performance.now() * (setting.clockRate ?? 1),
      },
      askWindow: async () => undefined,
      explain: ({ kind, message }) => ({ message: `${kind}: ${message}` }),
      newSeed: () => `seed${++seeds}`,
    },
    { ...plan, ...own },
    {
      waking: () => said.push("waking"),
      askedAgain: ({ message }) => said.push(message),
      measured: (which, tokens) => said.push(`${tokens} ${which}`),
      skipped: ({ type, tokens }) => said.push(`${tokens} ${type}`),
      next: (tokens, done) => said.push(`${tokens} after ${done.length}`),
    },
  );
  return { result, said, server, seeds };
}

test("each size: cold, then warm", async () => {
  const { result, said, seeds } = await bench({}, { runs: 2 });
  expect(said).toEqual([
    "waking",
    ...["200 after 0", "200 cold", "200 warm", "200 cold", "200 warm"],
    ...["400 after 1", "400 cold", "400 warm", "400 cold", "400 warm"],
  ]);
  expect([result.end, seeds]).toEqual([{ type: "completed" }, 4]);
});

test("a size that would take too long is left out, unless it was named", async () => {
  // Each millisecond passes for a minute.
  const slow = await bench({ clockRate: 60_000 });
  expect(slow.said).toEqual(["waking", "200 after 0", "200 cold", "200 warm", "400 too-slow"]);
  expect(slow.result.sizes[1]).toMatchObject({
    type: "too-slow",
    tokens: 400,
    estimateMs: expect.any(Number),
  });
  const named = await bench({ clockRate: 60_000 }, { areNamed: true });
  expect(named.said).toContain("400 warm");
});

test("what was asked twice is measured once more, with a prompt nobody has read", async () => {
  const answer = { text: "word ".repeat(100) };
  const failing: Reply = {
    status: 503,
    headers: { "retry-after": "0" },
    body: { error: { message: "busy" } },
  };
  const { result, said, seeds } = await bench({ replies: [answer, failing, answer] }, { sizes: [200] });
  expect([said, seeds]).toEqual([["waking", "200 after 0", "overloaded: busy", "200 cold", "200 warm"], 2]);
  expect(result.end).toEqual({ type: "completed" });
});

test("an error in the middle keeps what was measured before", async () => {
  const { result } = await bench({ window: 300 });
  expect(result.end).toEqual({
    type: "failed",
    explanation: { message: expect.stringMatching(/^context_overflow: request \(\d+ tokens\) exceeds/) },
  });
  expect(result.sizes.map((size) => (size.type === "measured" ? size.runs.length : 0))).toEqual([1, 0]);
});
