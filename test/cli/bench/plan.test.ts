import { expect, test } from "vitest";
import { costOf, estimate, type Plan, whyNot } from "../../../src/cli/bench/plan.ts";
import { figuresOf, type Measurement, median, type SizeResult } from "../../../src/cli/bench/result.ts";

const plan: Plan = { models: ["a", "b"], sizes: [1_000, 8_000], runs: 3, areNamed: false };

test("what it costs at most, for all models together", () => {
  expect(costOf(plan)).toEqual({
    requests: 2 + 2 * 2 * 3 * 2,
    promptTokens: 2 * 3 * 2 * 9_000,
    outputTokens: 2 * 8 + 12 * 72,
  });
});

const took = (firstTokenMs: number, totalMs: number): Measurement => ({ firstTokenMs, totalMs });
/** 1,000 tokens in 10 s, 2 s of speaking, and a second request of 1 s. */
const done: readonly SizeResult[] = [
  { type: "measured", tokens: 1_000, runs: [{ cold: took(10_000, 12_000), warm: took(500, 1_000) }] },
  { type: "too-large", tokens: 2_000, window: 1_500 },
];

test.each([
  ["nothing known", 8_000, [], 1, undefined],
  ["reading grows, the rest stays", 8_000, done, 1, 83_000],
  ["for each run", 8_000, done, 2, 166_000],
  [
    "a size that was interrupted tells nothing",
    8_000,
    [{ type: "measured", tokens: 1, runs: [] }],
    1,
    undefined,
  ],
] as const)("estimate: %s", (_name, tokens, sizes, runs, ms) => {
  expect(estimate(tokens, sizes, runs)).toBe(ms);
});

test.each([
  ["fits", 8_000, { window: 8_128 }, false, undefined],
  [
    "no room for the answer",
    8_000,
    { window: 8_127 },
    false,
    { type: "too-large", tokens: 8_000, window: 8_127 },
  ],
  [
    "too large, even if named",
    8_000,
    { window: 100 },
    true,
    { type: "too-large", tokens: 8_000, window: 100 },
  ],
  ["too slow", 32_000, {}, false, { type: "too-slow", tokens: 32_000, estimateMs: 323_000 }],
  ["too slow, but named", 32_000, {}, true, undefined],
])("%s", (_name, tokens, { window }: { window?: number }, areNamed, expected) => {
  const known = { window, done, plan: { ...plan, runs: 1, areNamed } };
  expect(whyNot(tokens, known)).toEqual(expected);
});

test("the middle of the runs, and the worse source of each figure", () => {
  expect([median([]), median([3]), median([9, 1, 2]), median([4, 1, 2, 9])]).toEqual([undefined, 3, 2, 3]);
  const speed = (tokensPerSecond: number, by: "server" | "clock") => ({ tokensPerSecond, by });
  const run = (ms: number, prefill: number, by: "server" | "clock") => ({
    cold: { ...took(ms, ms), prefill: speed(prefill, by), decode: speed(30, "server") },
  });
  expect(figuresOf([run(100, 10, "server"), run(300, 30, "clock"), run(200, 50, "server")])).toEqual({
    coldMs: 200,
    prefill: speed(30, "clock"),
    decode: speed(30, "server"),
  });
  expect(figuresOf([])).toBeUndefined();
});
