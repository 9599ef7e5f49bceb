import { expect, test } from "vitest";
import { laterUsage, readTimings, readUsage } from "../../../src/wire/chat/usage.ts";

const counts = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
const read = { inputTokens: 10, outputTokens: 5, totalTokens: 15 };

test.each([
  ["plain", { usage: counts }, read],
  [
    "with details",
    {
      usage: {
        ...counts,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 3 },
      },
    },
    { ...read, cachedInputTokens: 4, reasoningTokens: 3 },
  ],
  [
    "reasoning at the top (SGLang)",
    { usage: { ...counts, reasoning_tokens: 3 } },
    { ...read, reasoningTokens: 3 },
  ],
  [
    "cache at the top (Moonshot)",
    { usage: { ...counts, cached_tokens: 4 } },
    { ...read, cachedInputTokens: 4 },
  ],
  ["details are null", { usage: { ...counts, prompt_tokens_details: null } }, read],
  ["in the choice (Moonshot)", { choices: [{ usage: counts }] }, read],
  ["in x_groq", { x_groq: { usage: counts } }, read],
  [
    "a zero among others is known",
    { usage: { ...counts, prompt_tokens_details: { cached_tokens: 0 } } },
    { ...read, cachedInputTokens: 0 },
  ],
  ["nothing but zeros", { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } }, undefined],
  ["nothing but nulls", { usage: { prompt_tokens: null } }, undefined],
  [
    "counts that are no numbers",
    { usage: { prompt_tokens: "10", completion_tokens: 5 } },
    { outputTokens: 5 },
  ],
  [
    "nothing but zeros at the top, more in the choice",
    { usage: { prompt_tokens: 0 }, choices: [{ usage: counts }] },
    read,
  ],
  ["an empty object at the top, more in x_groq", { usage: {}, x_groq: { usage: counts } }, read],
  [
    "cache of DeepSeek's own",
    { usage: { ...counts, prompt_cache_hit_tokens: 4 } },
    { ...read, cachedInputTokens: 4 },
  ],
  ["null", { usage: null }, undefined],
  ["absent", { choices: [] }, undefined],
])("usage: %s", (_, chunk, expected) => {
  expect(readUsage(chunk)).toEqual(expected);
});

test.each([
  ["nothing before", undefined, { inputTokens: 1 }, { inputTokens: 1 }],
  ["nothing after", { inputTokens: 1 }, undefined, { inputTokens: 1 }],
  [
    "the last value counts",
    { inputTokens: 5, outputTokens: 1 },
    { inputTokens: 5, outputTokens: 2 },
    { inputTokens: 5, outputTokens: 2 },
  ],
  [
    "what it leaves out stays",
    { inputTokens: 5, outputTokens: 0 },
    { outputTokens: 2 },
    { inputTokens: 5, outputTokens: 2 },
  ],
  [
    "an earlier sum does not",
    { inputTokens: 5, totalTokens: 5 },
    { outputTokens: 2 },
    { inputTokens: 5, outputTokens: 2 },
  ],
])("usage in two chunks: %s", (_, earlier, later, expected) => {
  expect(laterUsage(earlier, later)).toEqual(expected);
});

test.each([
  [
    "all of it",
    { cache_n: 90, prompt_n: 10, predicted_n: 5, predicted_per_second: 42.5 },
    { inputTokens: 100, cachedInputTokens: 90, outputTokens: 5 },
  ],
  ["without a cache count", { prompt_n: 10 }, { inputTokens: 10 }],
  ["null", null, undefined],
])("timings of llama.cpp: %s", (_, timings, expected) => {
  expect(readTimings({ timings })).toEqual(expected);
});
