import type { OutputStream } from "../io.ts";

/** The one line on a terminal that is redrawn in place while a check takes its time. */
export interface ClockLine {
  during<T>(what: string, work: () => Promise<T>): Promise<T>;
  erase(): void;
}

const TICK_MS = 1000;

export function createClockLine(stream: OutputStream, { enabled }: { readonly enabled: boolean }): ClockLine {
  let isDrawn = false;

  function erase(): void {
    if (isDrawn) {
      isDrawn = false;
      stream.write("\r\x1b[K");
    }
  }

  return {
    erase,
    async during(what, work) {
      if (!enabled) {
        return await work();
      }
      const startedMs = performance.now();
      const draw = () => {
        const seconds = Math.round((performance.now() - startedMs) / 1000);
        const text = `    ${what} ${seconds} s (Ctrl-C ends with what is known)`;
        // The last column stays free: some terminals wrap as soon as it is filled.
        stream.write(`\r${text.slice(0, Math.max(20, stream.columns ?? 80) - 1)}\x1b[K`);
        isDrawn = true;
      };
      draw();
      const timer = setInterval(draw, TICK_MS);
      try {
        return await work();
      } finally {
        clearInterval(timer);
        erase();
      }
    },
  };
}
