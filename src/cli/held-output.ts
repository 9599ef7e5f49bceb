import type { OutputStream } from "./io.ts";

export interface HeldOutput {
  /** Like the stream itself, but nothing comes out before it is released. */
  readonly stream: OutputStream;
  release(): void;
  /** What has come so far is never seen; what comes later is. */
  discard(): void;
}

export function holdOutput(stream: OutputStream): HeldOutput {
  let waiting: (string | Uint8Array)[] | undefined = [];
  return {
    stream: {
      write(text) {
        if (waiting === undefined) {
          return stream.write(text);
        }
        waiting.push(text);
        return true;
      },
      get isTTY() {
        return stream.isTTY;
      },
      // Who knows it writes past us.
      get fd() {
        return waiting === undefined ? stream.fd : undefined;
      },
      get writableLength() {
        return stream.writableLength;
      },
      get columns() {
        return stream.columns;
      },
    },
    release() {
      const texts = waiting ?? [];
      waiting = undefined;
      for (const text of texts) {
        stream.write(text);
      }
    },
    discard() {
      waiting = undefined;
    },
  };
}
