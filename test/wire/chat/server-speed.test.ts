import { expect, test } from "vitest";
import { readServerSpeed } from "../../../src/wire/chat/server-speed.ts";

test.each([
  [
    "llama.cpp",
    {
      timings: {
        cache_n: 90,
        prompt_n: 410,
        prompt_ms: 1000,
        prompt_per_second: 410,
        predicted_per_second: 42.5,
      },
    },
    { prefill: { tokens: 410, tokensPerSecond: 410 }, decodeTokensPerSecond: 42.5 },
  ],
  [
    "llama.cpp, by its times alone",
    { timings: { prompt_n: 410, prompt_ms: 500, predicted_n: 10, predicted_ms: 250 } },
    { prefill: { tokens: 410, tokensPerSecond: 820 }, decodeTokensPerSecond: 40 },
  ],
  ["a speed of zero is none", { timings: { predicted_n: 1, predicted_per_second: 0 } }, undefined],
  [
    "nothing read in no time",
    { timings: { prompt_n: 0, prompt_ms: 0, predicted_per_second: 5 } },
    { decodeTokensPerSecond: 5 },
  ],
  [
    "Groq and TabbyAPI: seconds beside the counts",
    {
      usage: {
        prompt_tokens: 1000,
        prompt_time: 0.5,
        completion_tokens: 100,
        completion_time: 2,
        prompt_tokens_details: { cached_tokens: 600 },
      },
    },
    { prefill: { tokens: 400, tokensPerSecond: 800 }, decodeTokensPerSecond: 50 },
  ],
  [
    "the same without a word on the cache",
    { usage: { prompt_tokens: 1000, prompt_time: 0.5, completion_tokens: 100, completion_time: 2 } },
    { decodeTokensPerSecond: 50 },
  ],
  [
    "Groq's own place",
    { x_groq: { usage: { prompt_tokens: 9, completion_tokens: 100, completion_time: 0.5 } } },
    { decodeTokensPerSecond: 200 },
  ],
  [
    "Ollama: nanoseconds",
    { prompt_eval_count: 300, prompt_eval_duration: 1.5e9, eval_count: 90, eval_duration: 3e9 },
    { prefill: { tokens: 300, tokensPerSecond: 200 }, decodeTokensPerSecond: 30 },
  ],
  [
    "LM Studio",
    { stats: { tokens_per_second: 51.4, time_to_first_token: 0.1 } },
    { decodeTokensPerSecond: 51.4 },
  ],
  ["nothing", { usage: { prompt_tokens: 5 }, stats: {}, timings: null }, undefined],
  ["nonsense", { timings: { prompt_n: -4, prompt_ms: "x" }, stats: { tokens_per_second: -1 } }, undefined],
])("%s", (_, chunk, expected) => {
  expect(readServerSpeed(chunk)).toEqual(expected);
});
