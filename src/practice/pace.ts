/** How fast the practice model reads and speaks. */
import type { Pace } from "./script.ts";

const HUMAN_TOKENS_PER_SECOND = 30;
const PREFILL_TOKENS_PER_SECOND = 1500;
const PREFILL_LEAST_MS = 300;
const PREFILL_MOST_MS = 2500;

/** The wait before token `index`. The human variation follows the golden ratio: uneven, and the same every time. */
export function tokenIntervalMs(pace: Pace, index: number): number {
  if (pace === "full") {
    return 0;
  }
  if (pace !== "human") {
    return 1000 / pace.tokens_per_second;
  }
  const variation = 0.7 + 0.6 * ((index * 0.618_034) % 1);
  return (1000 / HUMAN_TOKENS_PER_SECOND) * variation;
}

export function prefillDurationMs(uncachedTokens: number): number {
  const ms = (uncachedTokens / PREFILL_TOKENS_PER_SECOND) * 1000;
  return Math.min(PREFILL_MOST_MS, Math.max(PREFILL_LEAST_MS, ms));
}

/** Returns early, without an error, when the signal fires: who waits looks at the signal anyway. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener("abort", finish);
  });
}

/** Unix time in milliseconds, with a fraction, so that two processes can compare it. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
