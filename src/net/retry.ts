/** Pure arithmetic of waiting: how long until the next attempt. */

const BASE_MS = 200;
const CAP_MS = 60_000;

/** 200 ms × 2ⁿ⁻¹ ± 10 %, capped at a minute. `attempt` counts from 1; `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number): number {
  return Math.min(CAP_MS, BASE_MS * 2 ** (attempt - 1) * (0.9 + 0.2 * random));
}

/**
 * The `Retry-After` header, as whole seconds or as an HTTP date (RFC 9110 §10.2.3), in seconds from `nowMs`.
 * Undefined where it is absent or unreadable.
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) {
    return undefined;
  }
  const text = header.trim();
  if (/^\d+(?:\.\d+)?$/.test(text)) {
    return Number(text);
  }
  // Date.parse takes almost anything for a date ("soon 5" is a day in 2001): a real one starts with its weekday.
  const date = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .*:.* gmt$/i.test(text)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, (date - nowMs) / 1000);
}

/** The delay to keep: what the server asks for, never more than a minute, else the back-off. */
export function retryDelayMs(attempt: number, retryAfterSeconds: number | undefined, random: number): number {
  return retryAfterSeconds === undefined
    ? backoffMs(attempt, random)
    : Math.min(CAP_MS, retryAfterSeconds * 1000);
}

/** Resolves after the delay, or at once when the signal aborts. */
export function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, delayMs);
    signal.addEventListener("abort", finish, { once: true });
  });
}
