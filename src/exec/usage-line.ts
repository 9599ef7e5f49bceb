import { formatCount, formatDuration, formatSpeed } from "../figures/index.ts";
import type { ContextFill, ResponseTiming, Speed, TokenUsage } from "../protocol/index.ts";
import type { Look } from "./output.ts";
import { packLines } from "./pack.ts";

/** What a turn cost, as far as it is known: `1,950 in (1,810 cached) · 412 out · first token 1.1 s · prefill ≈410 tok/s · 46 tok/s`; else nothing. */
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
  if (timings.prefill !== undefined) {
    parts.push(`prefill ${speedText(timings.prefill, look)}`);
  }
  if (timings.decode !== undefined) {
    parts.push(speedText(timings.decode, look));
  }
  if (fill?.window !== undefined) {
    parts.push(`context ${formatCount(fill.tokens)} of ${formatCount(fill.window)}`);
  }
  return packLines(parts, look).map((line) => look.style("dim", line));
}

/** What our own clock has measured is marked: the line and the queue are in it. */
function speedText({ tokensPerSecond, by }: Speed, look: Look): string {
  return `${by === "clock" ? look.signs.about : ""}${formatSpeed(tokensPerSecond)}`;
}

/** Of a whole turn: the wait for its first response, the prompt that took longest to read, the latest speed of writing. */
export interface TurnTimings {
  readonly responses: number;
  readonly firstTokenMs?: number | undefined;
  readonly prefill?: ResponseTiming["prefill"] | undefined;
  readonly decode?: Speed | undefined;
}

export const NO_TIMINGS: TurnTimings = { responses: 0 };

export function addTiming(timings: TurnTimings, timing: ResponseTiming): TurnTimings {
  return {
    responses: timings.responses + 1,
    firstTokenMs: timings.responses === 0 ? timing.firstTokenMs : timings.firstTokenMs,
    prefill: longer(timings.prefill, timing.prefill),
    decode: timing.decode ?? timings.decode,
  };
}

/** The more that was read, the surer is its speed. */
function longer(one: ResponseTiming["prefill"], other: ResponseTiming["prefill"]): ResponseTiming["prefill"] {
  return other !== undefined && other.tokens >= (one?.tokens ?? 0) ? other : one;
}
