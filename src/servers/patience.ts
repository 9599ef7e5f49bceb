import { setMaxListeners } from "node:events";

/** At most; a shorter wait is cut into as many pieces. */
const TICK_MS = 50;
const TICKS = 10;

/**
 * A signal that aborts when the wait is over, or when the outer one does. Only time counts in which this process gets to run:
 * where it does not, since a model computes on every core, servers do not either, and their answers are no later than our
 * clock.
 */
export function startPatience(waitMs: number, outer: AbortSignal) {
  const ending = new AbortController();
  const abort = () => ending.abort();
  // As many as there are questions, and a server may list more models than Node thinks is sound.
  setMaxListeners(0, ending.signal);
  const tickMs = Math.min(TICK_MS, waitMs / TICKS);
  let leftMs = waitMs;
  const tick = () => {
    leftMs -= tickMs;
    if (leftMs > 0) {
      timer = setTimeout(tick, Math.min(tickMs, leftMs));
    } else {
      // What has arrived meanwhile is read first.
      setImmediate(abort);
    }
  };
  let timer = setTimeout(tick, tickMs);
  outer.addEventListener("abort", abort, { once: true });
  if (outer.aborted) {
    abort();
  }
  return {
    signal: ending.signal,
    end() {
      clearTimeout(timer);
      outer.removeEventListener("abort", abort);
    },
  };
}
