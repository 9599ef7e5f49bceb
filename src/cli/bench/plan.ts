/** What is sent, and what is rather not. */
import { figuresOf, type Run, type SizeResult } from "./result.ts";

/** Enough to tell a speed, over in seconds. */
export const COLD_OUTPUT_TOKENS = 64;
export const WARM_OUTPUT_TOKENS = 8;
/** Longer than this for one size only where the user has named it. */
const PATIENCE_MS = 5 * 60_000;
/** Templates, and a count that was a little off. */
const SLACK_TOKENS = 64;

export interface Plan {
  readonly models: readonly string[];
  readonly sizes: readonly number[];
  readonly runs: number;
  /** The user has named the sizes: they are measured however long it takes. */
  readonly areNamed: boolean;
}

export interface Cost {
  readonly requests: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** At most, for all models. */
export function costOf({ models, sizes, runs }: Plan): Cost {
  const pairs = models.length * sizes.length * runs;
  return {
    requests: models.length + 2 * pairs,
    promptTokens: models.length * runs * 2 * sizes.reduce((sum, size) => sum + size, 0),
    outputTokens: models.length * WARM_OUTPUT_TOKENS + pairs * (COLD_OUTPUT_TOKENS + WARM_OUTPUT_TOKENS),
  };
}

/** Why a size is passed over; undefined: it is measured. */
export function whyNot(
  tokens: number,
  known: { readonly window: number | undefined; readonly done: readonly SizeResult[]; readonly plan: Plan },
): SizeResult | undefined {
  const { window, done, plan } = known;
  if (window !== undefined && tokens + COLD_OUTPUT_TOKENS + SLACK_TOKENS > window) {
    return { type: "too-large", tokens, window };
  }
  const estimateMs = estimate(tokens, done, plan.runs);
  return !plan.areNamed && estimateMs !== undefined && estimateMs > PATIENCE_MS
    ? { type: "too-slow", tokens, estimateMs }
    : undefined;
}

/** From the largest size that was measured; undefined before there is one. */
export function estimate(tokens: number, done: readonly SizeResult[], runs: number): number | undefined {
  const last = done.findLast((size) => size.type === "measured" && size.runs.length > 0);
  if (last?.type !== "measured") {
    return undefined;
  }
  const figures = figuresOf(last.runs);
  const spoken = last.runs.map(afterFirstToken);
  const rest = spoken.reduce((sum, ms) => sum + ms, 0) / spoken.length;
  // Reading grows with the prompt; speaking, and the second request, hardly.
  return figures === undefined ? undefined : runs * ((figures.coldMs * tokens) / last.tokens + rest);
}

function afterFirstToken({ cold, warm }: Run): number {
  return cold.totalMs - cold.firstTokenMs + (warm?.totalMs ?? 0);
}
