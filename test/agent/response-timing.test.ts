import { expect, test } from "vitest";
import { measureResponse } from "../../src/agent/response-timing.ts";
import type { TokenUsage } from "../../src/protocol/index.ts";
import type { Completion } from "../../src/wire/index.ts";

interface Row {
  readonly name: string;
  readonly usage: TokenUsage;
  readonly serverSpeed?: Completion["serverSpeed"];
  readonly firstTokenMs?: number;
  readonly hasWaited?: true;
  readonly before?: TokenUsage;
  readonly prefill?: object;
  readonly decode?: object;
}

const ROWS: readonly Row[] = [
  {
    name: "the server's figures go before the clock's",
    usage: { inputTokens: 2000, cachedInputTokens: 1000, outputTokens: 100 },
    serverSpeed: { prefill: { tokens: 1000, tokensPerSecond: 700 }, decodeTokensPerSecond: 33 },
    firstTokenMs: 2000,
    prefill: { tokens: 1000, tokensPerSecond: 700, by: "server" },
    decode: { tokensPerSecond: 33, by: "server" },
  },
  {
    name: "by the clock, less what the cache held",
    usage: { inputTokens: 2000, cachedInputTokens: 1000, outputTokens: 101 },
    firstTokenMs: 2000,
    prefill: { tokens: 1000, tokensPerSecond: 500, by: "clock" },
    decode: { tokensPerSecond: 50, by: "clock" },
  },
  {
    name: "the first prompt of a session says nothing where the server is silent about its cache",
    usage: { inputTokens: 2000, outputTokens: 101 },
    firstTokenMs: 2000,
    decode: { tokensPerSecond: 50, by: "clock" },
  },
  {
    name: "a later one: what came to the prompt and the answer before",
    usage: { inputTokens: 2000, outputTokens: 5 },
    before: { inputTokens: 900, outputTokens: 100 },
    firstTokenMs: 2000,
    prefill: { tokens: 1000, tokensPerSecond: 500, by: "clock" },
  },
  {
    name: "not where something else was waited for",
    usage: { inputTokens: 2000, cachedInputTokens: 0, outputTokens: 5 },
    firstTokenMs: 2000,
    hasWaited: true,
  },
  {
    name: "the server's own figure is true for all that",
    usage: { inputTokens: 2000 },
    serverSpeed: { prefill: { tokens: 2000, tokensPerSecond: 700 } },
    firstTokenMs: 60_000,
    hasWaited: true,
    prefill: { tokens: 2000, tokensPerSecond: 700, by: "server" },
  },
  {
    name: "a few tokens say nothing",
    usage: { inputTokens: 2000, cachedInputTokens: 1800, outputTokens: 9 },
    serverSpeed: { prefill: { tokens: 20, tokensPerSecond: 9 }, decodeTokensPerSecond: 33 },
    firstTokenMs: 2000,
  },
  { name: "no answer, no figures", usage: { inputTokens: 2000, cachedInputTokens: 0 } },
];

test.each(ROWS)(
  "$name",
  ({ usage, serverSpeed, firstTokenMs, hasWaited = false, before, prefill, decode }) => {
    const completion = { usage, ...(serverSpeed && { serverSpeed }) } as Completion;
    const clock = { firstTokenMs, totalMs: 4000, hasWaited };
    expect(measureResponse(completion, clock, before)).toEqual({
      totalMs: 4000,
      ...(firstTokenMs && { firstTokenMs }),
      ...(prefill && { prefill }),
      ...(decode && { decode }),
    });
  },
);
