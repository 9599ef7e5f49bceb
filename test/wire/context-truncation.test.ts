import { expect, test } from "vitest";
import type { TokenUsage } from "../../src/protocol/index.ts";
import { type ContextFacts, isContextTruncated } from "../../src/wire/context-truncation.ts";

interface Row {
  readonly what: string;
  readonly usage: TokenUsage;
  readonly facts: ContextFacts;
  readonly truncated: boolean;
}

test.each<Row>([
  {
    what: "far below",
    usage: { inputTokens: 2051 },
    facts: { estimatedPromptTokens: 15_750 },
    truncated: true,
  },
  {
    what: "about right",
    usage: { inputTokens: 12_400 },
    facts: { estimatedPromptTokens: 15_750 },
    truncated: false,
  },
  {
    what: "more than estimated",
    usage: { inputTokens: 20_000 },
    facts: { estimatedPromptTokens: 15_750 },
    truncated: false,
  },
  {
    what: "a short prompt",
    usage: { inputTokens: 20 },
    facts: { estimatedPromptTokens: 400 },
    truncated: false,
  },
  {
    what: "unknown usage",
    usage: {},
    facts: { estimatedPromptTokens: 15_750, loadedContextTokens: 4096 },
    truncated: false,
  },
  {
    what: "a count of zero is unknown",
    usage: { inputTokens: 0 },
    facts: { estimatedPromptTokens: 15_750 },
    truncated: false,
  },
  { what: "nothing known", usage: { inputTokens: 2051 }, facts: {}, truncated: false },
  {
    what: "cached tokens counted apart",
    usage: { inputTokens: 300, cachedInputTokens: 15_000 },
    facts: { estimatedPromptTokens: 15_750 },
    truncated: false,
  },
  {
    what: "cached tokens are part of the prompt",
    usage: { inputTokens: 2051, cachedInputTokens: 2000 },
    facts: { estimatedPromptTokens: 15_750 },
    truncated: true,
  },
  {
    what: "full to the brim",
    usage: { inputTokens: 4096 },
    facts: { loadedContextTokens: 4096 },
    truncated: true,
  },
  {
    what: "a few tokens less",
    usage: { inputTokens: 4093 },
    facts: { loadedContextTokens: 4096 },
    truncated: true,
  },
  {
    what: "nearly full",
    usage: { inputTokens: 3900 },
    facts: { loadedContextTokens: 4096 },
    truncated: false,
  },
  {
    what: "whole messages dropped",
    usage: { inputTokens: 6900 },
    facts: { estimatedPromptTokens: 10_500, loadedContextTokens: 8192 },
    truncated: true,
  },
  {
    what: "an estimate a little over the context",
    usage: { inputTokens: 7900 },
    facts: { estimatedPromptTokens: 8600, loadedContextTokens: 8192 },
    truncated: false,
  },
  {
    what: "hints that are nonsense",
    usage: { inputTokens: 10 },
    facts: { estimatedPromptTokens: Number.NaN, loadedContextTokens: 0 },
    truncated: false,
  },
])("$what: $truncated", ({ usage, facts, truncated }) => {
  expect(isContextTruncated(usage, facts)).toBe(truncated);
});
