import { writeSync } from "node:fs";
import type { Sink } from "../exec/index.ts";
import type { Io, OutputStream } from "./io.ts";

/** A process stream as the front end sees it; the width is read anew each time, since windows change. */
export function toSink(stream: OutputStream): Sink {
  return {
    write: (text) => write(stream, text),
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns;
    },
  };
}

/**
 * Into a pipe or a file directly, as long as nothing waits before it: at the speed of a model Node's stream costs
 * more for each token than all of leat. A full pipe and every failure are left to the stream, which tells `main.ts`.
 */
function write(stream: OutputStream, text: string): void {
  if (stream.isTTY === true || stream.fd === undefined || stream.writableLength !== 0) {
    stream.write(text);
    return;
  }
  let written = 0;
  try {
    written = writeSync(stream.fd, text);
  } catch {
    stream.write(text);
    return;
  }
  if (written < Buffer.byteLength(text)) {
    stream.write(Buffer.from(text).subarray(written));
  }
}

/** What the environment says of the terminal. POSIX order: LC_ALL beats LC_CTYPE beats LANG. */
export function terminalFacts(env: Io["env"]): { noColor: boolean; dumbTerminal: boolean; utf8: boolean } {
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find(
    (value) => value !== undefined && value !== "",
  );
  return {
    noColor: (env["NO_COLOR"] ?? "") !== "",
    dumbTerminal: env["TERM"] === "dumb",
    // No locale at all is common in containers, and terminals there speak UTF-8 like all others today.
    utf8: locale === undefined || /utf-?8/i.test(locale),
  };
}
