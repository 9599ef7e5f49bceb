/** What was measured, and what was not. */
import type { Speed } from "../../protocol/index.ts";
import type { Explanation } from "../explanation.ts";

/** One request. An absent figure is unknown. */
export interface Measurement {
  readonly firstTokenMs: number;
  readonly totalMs: number;
  readonly promptTokens?: number;
  readonly cachedTokens?: number;
  readonly outputTokens?: number;
  readonly prefill?: Speed;
  readonly decode?: Speed;
}

export interface Run {
  readonly cold: Measurement;
  /** Absent where it was interrupted between the two. */
  readonly warm?: Measurement;
}

export type SizeResult =
  | { readonly type: "measured"; readonly tokens: number; readonly runs: readonly Run[] }
  | { readonly type: "too-large"; readonly tokens: number; readonly window: number }
  /** It would take longer than a user who has not named it wants to wait. */
  | { readonly type: "too-slow"; readonly tokens: number; readonly estimateMs: number };

export interface ModelResult {
  readonly model: string;
  readonly provider: string;
  readonly baseUrl: string;
  readonly window?: number;
  readonly sizes: readonly SizeResult[];
  readonly end:
    | { readonly type: "completed" | "interrupted" }
    | { readonly type: "failed"; readonly explanation: Explanation };
}

/** Over the runs of one size: the middle of each figure. */
export interface Figures {
  readonly coldMs: number;
  readonly warmMs?: number;
  readonly prefill?: Speed;
  readonly decode?: Speed;
}

export function figuresOf(runs: readonly Run[]): Figures | undefined {
  const cold = runs.map((run) => run.cold);
  const warm = runs.flatMap((run) => (run.warm === undefined ? [] : [run.warm]));
  const coldMs = median(cold.map(({ firstTokenMs }) => firstTokenMs));
  if (coldMs === undefined) {
    return undefined;
  }
  const warmMs = median(warm.map(({ firstTokenMs }) => firstTokenMs));
  const prefill = medianSpeed(cold.map((one) => one.prefill));
  const decode = medianSpeed(cold.map((one) => one.decode));
  return {
    coldMs,
    ...(warmMs === undefined ? {} : { warmMs }),
    ...(prefill === undefined ? {} : { prefill }),
    ...(decode === undefined ? {} : { decode }),
  };
}

function medianSpeed(speeds: readonly (Speed | undefined)[]): Speed | undefined {
  const known = speeds.filter((speed) => speed !== undefined);
  const tokensPerSecond = median(known.map((speed) => speed.tokensPerSecond));
  if (tokensPerSecond === undefined) {
    return undefined;
  }
  // One that was measured from here makes the whole a measurement from here.
  const by = known.every((speed) => speed.by === "server") ? "server" : "clock";
  return { tokensPerSecond, by };
}

export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[sorted.length % 2 === 1 ? middle : middle - 1], sorted[middle]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
