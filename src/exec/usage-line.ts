import type { ContextFill, ResponseTiming, TokenUsage } from "../protocol/index.ts";
import { formatCount, formatDuration, formatSpeed } from "./format.ts";
import type { Look } from "./output.ts";
import { packLines } from "./pack.ts";

/** What a turn cost, as far as it is known: `1,950 in (1,810 cached) · 412 out · first token 1.1 s · 46 tok/s`; else nothing. */
export function usageLines(
  usage: TokenUsage,
  timings: TurnTimings,
  fill: ContextFill | undefined,
  look: Look,
): string[] {
  const { inputTokens, cachedInputTokens, outputTokens } = usage;
  const parts: string[] = [];
  if (inputTokens !== undefined) {
    const cached = cachedInputTokens === undefined ? "" : ` (${formatCount(cachedInputTokens)} cached)`;
    parts.push(`${formatCount(inputTokens)} in${cached}`);
  }
  if (outputTokens !== undefined) {
    parts.push(`${formatCount(outputTokens)} out`);
  }
  if (timings.firstTokenMs !== undefined) {
    parts.push(`first token ${formatDuration(timings.firstTokenMs)}`);
  }
  if (timings.tokensPerSecond !== undefined) {
    parts.push(formatSpeed(timings.tokensPerSecond));
  }
  if (fill?.window !== undefined) {
    parts.push(`context ${formatCount(fill.tokens)} of ${formatCount(fill.window)}`);
  }
  return packLines(parts, look).map((line) => look.style("dim", line));
}

/** Of a whole turn: the wait for its first response, and the latest speed that is known. */
export interface TurnTimings {
  readonly responses: number;
  readonly firstTokenMs?: number | undefined;
  readonly tokensPerSecond?: number | undefined;
}

export const NO_TIMINGS: TurnTimings = { responses: 0 };

export function addTiming(timings: TurnTimings, timing: ResponseTiming): TurnTimings {
  return {
    responses: timings.responses + 1,
    firstTokenMs: timings.responses === 0 ? timing.firstTokenMs : timings.firstTokenMs,
    tokensPerSecond: timing.tokensPerSecond ?? timings.tokensPerSecond,
  };
}
