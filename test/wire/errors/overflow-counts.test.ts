import { expect, test } from "vitest";
import { readOverflowCounts } from "../../../src/wire/errors/overflow-counts.ts";

/** Sentences of real servers (reference in the vectors of the family `errors`), with what can be read off them. */
test.each<[string, string, object, object]>([
  [
    "llama.cpp, numbers of their own",
    "request (9 tokens) exceeds the available context size (8 tokens)",
    { n_ctx: 8192, n_prompt_tokens: 13392 },
    { contextTokens: 8192, promptTokens: 13392 },
  ],
  [
    "llama.cpp, the sentence alone",
    "request (13392 tokens) exceeds the available context size (8192 tokens), try increasing it",
    {},
    { contextTokens: 8192, promptTokens: 13392 },
  ],
  [
    "LM Studio 2025",
    "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 5000>= n_ctx: 4096)",
    {},
    { contextTokens: 4096, promptTokens: 5000 },
  ],
  [
    "LM Studio 2026",
    "The input has 31430 tokens, but the context length only supports 30000 tokens.",
    {},
    { contextTokens: 30000, promptTokens: 31430 },
  ],
  [
    "OpenAI",
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
    {},
    { contextTokens: 8192, promptTokens: 9001 },
  ],
  [
    "OpenAI, with functions",
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens (8000 in the messages, 1001 in the functions).",
    {},
    { contextTokens: 8192, promptTokens: 9001 },
  ],
  [
    "the sum alone, which holds the answer, too",
    "maximum context length is 8 tokens. However, you requested 9 tokens",
    {},
    { contextTokens: 8 },
  ],
  ["separators", "context window of 1,048,576 tokens", {}, { contextTokens: 1048576 }],
  ["numbers of odd types", "no", { n_ctx: "8192", n_prompt_tokens: -1 }, {}],
  ["no numbers", "prompt is too long", {}, {}],
])("%s", (_, message, source, expected) => {
  expect(readOverflowCounts([{}, { ...source }], message)).toEqual(expected);
});
