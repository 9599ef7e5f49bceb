/** Calls back once nothing has happened for a while. */
export interface SilenceTimer {
  /** Something happened: the time starts anew. */
  refresh(): void;
  stop(): void;
}

/**
 * The process may have been held up itself (a pipe nobody reads, Ctrl-Z): before silence is judged the event
 * loop takes one more turn, in which what has arrived meanwhile is seen and stops or refreshes the timer.
 */
export function createSilenceTimer(limitMs: number, onSilence: () => void): SilenceTimer {
  let verdict: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    verdict = setImmediate(onSilence);
  }, limitMs);
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
