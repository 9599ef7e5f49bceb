/** Calls back once nothing has happened for a while. */
export interface SilenceTimer {
  /** Something happened: the time starts anew. */
  refresh(): void;
  stop(): void;
}

/** Some 24 days; Node lets a longer timer fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The process may have been held up itself (a pipe nobody reads, Ctrl-Z): before silence is judged the event
 * loop takes one more turn, in which what has arrived meanwhile is seen and stops or refreshes the timer.
 */
export function createSilenceTimer(limitMs: number, onSilence: () => void): SilenceTimer {
  let verdict: NodeJS.Immediate | undefined;
  const timer = setTimeout(
    () => {
      verdict = setImmediate(onSilence);
    },
    Math.min(limitMs, LONGEST_TIMER_MS),
  );
  return {
    refresh() {
      clearImmediate(verdict);
      timer.refresh();
    },
    stop() {
      clearImmediate(verdict);
      clearTimeout(timer);
    },
  };
}
