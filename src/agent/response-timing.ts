import type { ResponseTiming, Speed, TokenUsage } from "../protocol/index.ts";
import type { Completion } from "../wire/index.ts";

/** What our clock saw of one response, in milliseconds since the request left. */
export interface ResponseClock {
  readonly firstTokenMs: number | undefined;
  readonly totalMs: number;
  /** For something else than the prompt: a model that was loaded, a request that was made again. */
  readonly hasWaited: boolean;
}

/** The server's own figures where it gives them; else what the clock tells, where that is certain enough to be told. */
export function measureResponse(
  completion: Completion,
  clock: ResponseClock,
  before: TokenUsage | undefined,
): ResponseTiming {
  const prefill = prefillOf(completion, clock, before);
  const decode = decodeOf(completion, clock);
  return {
    totalMs: clock.totalMs,
    ...(clock.firstTokenMs === undefined ? {} : { firstTokenMs: clock.firstTokenMs }),
    ...(prefill === undefined ? {} : { prefill }),
    ...(decode === undefined ? {} : { decode }),
  };
}

/** A few tokens are read in no time, and what is measured is the way to the server. */
const LEAST_TOKENS = { server: 32, clock: 256, decode: 10 };
const LEAST_DECODE_MS = 100;

function prefillOf(
  { serverSpeed, usage }: Completion,
  { firstTokenMs, hasWaited }: ResponseClock,
  before: TokenUsage | undefined,
): ResponseTiming["prefill"] {
  const told = serverSpeed?.prefill;
  if (told !== undefined) {
    return told.tokens < LEAST_TOKENS.server ? undefined : { ...told, by: "server" };
  }
  const tokens = newTokens(usage, before);
  if (tokens === undefined || tokens < LEAST_TOKENS.clock || !firstTokenMs || hasWaited) {
    return undefined;
  }
  return { tokens, tokensPerSecond: (tokens * 1000) / firstTokenMs, by: "clock" };
}

/**
 * What was not in the cache: as the server tells, or else what came to the prompt and answer before. The first prompt of a session
 * may be in the cache from the session before; without a word on that, nothing can be said of it.
 */
function newTokens(usage: TokenUsage, before: TokenUsage | undefined): number | undefined {
  const { inputTokens, cachedInputTokens } = usage;
  if (inputTokens === undefined) {
    return undefined;
  }
  if (cachedInputTokens !== undefined) {
    return inputTokens - cachedInputTokens;
  }
  return before?.inputTokens === undefined
    ? undefined
    : inputTokens - before.inputTokens - (before.outputTokens ?? 0);
}

/** A speed says something only of a stream that was not over at once. */
function decodeOf(
  { serverSpeed, usage: { outputTokens } }: Completion,
  { firstTokenMs, totalMs }: ResponseClock,
): Speed | undefined {
  if (outputTokens !== undefined && outputTokens < LEAST_TOKENS.decode) {
    return undefined;
  }
  const told = serverSpeed?.decodeTokensPerSecond;
  if (told !== undefined) {
    return { tokensPerSecond: told, by: "server" };
  }
  if (outputTokens === undefined || firstTokenMs === undefined || totalMs - firstTokenMs < LEAST_DECODE_MS) {
    return undefined;
  }
  return { tokensPerSecond: ((outputTokens - 1) * 1000) / (totalMs - firstTokenMs), by: "clock" };
}
