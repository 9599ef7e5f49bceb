import { expect, test } from "vitest";
import { asJson } from "../../../src/cli/bench/bench-json.ts";
import { announcement, measurementLine, skippedLine, table } from "../../../src/cli/bench/bench-text.ts";
import type { ModelResult } from "../../../src/cli/bench/result.ts";
import { signsFor } from "../../../src/figures/index.ts";

const signs = signsFor(true);
const place = { provider: "local", baseUrl: "http://127.0.0.1:8080/v1" };
const byServer = (tokensPerSecond: number) => ({ tokensPerSecond, by: "server" as const });
const byClock = (tokensPerSecond: number) => ({ tokensPerSecond, by: "clock" as const });

const RESULTS: readonly ModelResult[] = [
  {
    ...place,
    model: "qwen3-coder-30b-a3b-instruct-q4_k_m",
    window: 16_384,
    sizes: [
      {
        type: "measured",
        tokens: 1_000,
        runs: [
          {
            cold: {
              firstTokenMs: 3_412,
              totalMs: 5_500,
              promptTokens: 990,
              cachedTokens: 0,
              outputTokens: 64,
              prefill: byServer(301.4),
              decode: byServer(31.2),
            },
            warm: { firstTokenMs: 118, totalMs: 300, promptTokens: 990, cachedTokens: 980 },
          },
        ],
      },
      {
        type: "measured",
        tokens: 8_000,
        runs: [
          {
            cold: {
              firstTokenMs: 27_100,
              totalMs: 30_000,
              promptTokens: 7_950,
              cachedTokens: 4_000,
              prefill: byServer(294),
            },
            warm: { firstTokenMs: 26_000, totalMs: 26_200, promptTokens: 7_950, cachedTokens: 0 },
          },
        ],
      },
      { type: "too-large", tokens: 32_000, window: 16_384 },
    ],
    end: { type: "completed" },
  },
  {
    ...place,
    model: "gemma\u001b[31m",
    sizes: [
      {
        type: "measured",
        tokens: 1_000,
        runs: [
          { cold: { firstTokenMs: 130_000, totalMs: 140_000, prefill: byClock(7.62), decode: byClock(4.4) } },
        ],
      },
    ],
    end: { type: "interrupted" },
  },
  {
    ...place,
    model: "none",
    sizes: [],
    end: {
      type: "failed",
      explanation: { message: "there is no model none", hint: "leat models lists them." },
    },
  },
];

test("a column a model, then what has to be said of them", () => {
  expect(table(RESULTS, signs)).toBe(`                       …der-30b-a3b-instruct-q4_k_m  gemma^[[31m
first token, cold  1k                         3.4 s     2 m 10 s
                   8k                        27.1 s            -
first token, warm  1k                        118 ms            -
                   8k                        26.0 s            -
prefill            1k                     301 tok/s   ≈7.6 tok/s
                   8k                     294 tok/s            -
decode             1k                      31 tok/s   ≈4.4 tok/s
                   8k                             -            -

≈ by the clock on this side, where the server does not tell.
decode -: an answer of a few words tells no speed (asked for: 64 tokens).
qwen3-coder-30b-a3b-instruct-q4_k_m: 32k is left out: with the answer it does not fit the window of 16,384 tokens the model runs with.
qwen3-coder-30b-a3b-instruct-q4_k_m: 8k was partly cached when it should not have been: its cold figures are too good.
qwen3-coder-30b-a3b-instruct-q4_k_m: 8k was read anew though only its last word had changed: the server keeps no prompt cache, or dropped it.
gemma^[[31m: interrupted; what is missing was not measured.
none: there is no model none
leat models lists them.
`);
});

test("nothing measured: only why", () => {
  expect(table(RESULTS.slice(2), signs)).toBe("\nnone: there is no model none\nleat models lists them.\n");
});

test("what is said before anything is sent", () => {
  const plan = { models: ["a", "b\u001b"], sizes: [1_000, 8_000], runs: 2, areNamed: true };
  expect(
    announcement(plan, "http://h/v1"),
  ).toBe(`leat bench sends up to 18 requests to http://h/v1: a and b^[.
For each model a short one first, so that loading is not measured; then, for 1k and 8k tokens, 2 times,
a prompt that no cache can know (cold) and the same with another last word (warm).
That is up to 72,000 tokens to read and 592 to write. Ctrl-C ends it and shows what there is.
`);
});

test("a line a measurement, and a line for what is left out", () => {
  const [first] = RESULTS;
  const [size, , tooLarge] = first?.sizes ?? [];
  if (size?.type !== "measured" || size.runs[0]?.warm === undefined || tooLarge === undefined) {
    throw new Error("the table above has changed");
  }
  const [run] = size.runs;
  expect(measurementLine("m", { which: "cold", tokens: 1_000 }, run.cold, signs)).toBe(
    "m  1k cold  first token 3.4 s · prefill 301 tok/s · decode 31 tok/s · 0 of 990 tokens cached\n",
  );
  expect(measurementLine("m", { which: "warm", tokens: 1_000 }, size.runs[0].warm, signs)).toBe(
    "m  1k warm  first token 118 ms · 980 of 990 tokens cached\n",
  );
  expect(skippedLine("m", tooLarge)).toBe(
    "m  32k is left out: with the answer it does not fit the window of 16,384 tokens the model runs with.\n",
  );
  expect(skippedLine("m", { type: "too-slow", tokens: 32_000, estimateMs: 424_000 })).toBe(
    "m  32k is left out: it would take about 7 m 04 s. To measure it all the same: --sizes 32k\n",
  );
});

test("as JSON: every figure, and nothing a terminal obeys", () => {
  const text = asJson(RESULTS);
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  const { models } = JSON.parse(text);
  expect(models[1]).toEqual({
    model: "gemma\u001b[31m",
    provider: "local",
    base_url: "http://127.0.0.1:8080/v1",
    status: "interrupted",
    sizes: [
      {
        tokens: 1_000,
        status: "measured",
        median: {
          cold_first_token_ms: 130_000,
          prefill: { tokens_per_second: 7.62, by: "clock" },
          decode: { tokens_per_second: 4.4, by: "clock" },
        },
        runs: [
          {
            cold: {
              first_token_ms: 130_000,
              total_ms: 140_000,
              prefill: { tokens_per_second: 7.62, by: "clock" },
              decode: { tokens_per_second: 4.4, by: "clock" },
            },
          },
        ],
      },
    ],
  });
  expect([models[0].sizes[2], models[2].status, models[2].error]).toEqual([
    { tokens: 32_000, status: "too-large" },
    "failed",
    "there is no model none",
  ]);
});
