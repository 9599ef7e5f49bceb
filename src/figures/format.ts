/** Numbers and durations for people. Own functions, because loading Intl costs more than a whole start of leat may. */

/** `1234567` → `1,234,567`. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `340 ms`, `1.1 s`, `2 m 05 s`. */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < 1000) {
    return `${whole} ms`;
  }
  return whole < 59_950 ? `${(whole / 1000).toFixed(1)} s` : formatSeconds(whole / 1000);
}

/** Whole seconds, for clocks that tick: `3 s`, `2 m 05 s`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) {
    return `${whole} s`;
  }
  return `${formatCount(Math.floor(whole / 60))} m ${String(whole % 60).padStart(2, "0")} s`;
}

/** `46 tok/s`; slow models get a decimal, where it makes a difference. */
export function formatSpeed(tokensPerSecond: number): string {
  const number = tokensPerSecond < 9.95 ? tokensPerSecond.toFixed(1) : formatCount(tokensPerSecond);
  return `${number} tok/s`;
}
