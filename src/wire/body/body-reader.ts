import type { ModelEvent } from "../model-event.ts";
import type { ResponseDecoder } from "../response-decoder.ts";
import { createJsonLines } from "./json-lines.ts";
import { createProse } from "./prose.ts";
import { createSseParser, type SseFrame } from "./sse.ts";

/** The bytes of an answer on their way into a decoder: as a stream of events, as lines of JSON, or as one value. Pure. */
export interface BodyReader {
  /** `finishing`: the end may come at any moment. `ended`: what follows does not count. */
  push(bytes: Uint8Array): "open" | "finishing" | "ended";
  /** The body came to its end. */
  end(): void;
  /** The connection broke. A value may be whole all the same; the rest of a stream is not. */
  breakOff(): void;
}

const MAX_WHOLE_LENGTH = 64 * 2 ** 20;

export function createBodyReader(decoder: ResponseDecoder, events: ModelEvent[]): BodyReader {
  const parser = createSseParser();
  const utf8 = new TextDecoder();
  const whole = createJsonLines();
  let form: "unknown" | "stream" | "whole" = "unknown";
  const prose = createProse();
  let hasFrames = false;

  function push(bytes: Uint8Array): "open" | "finishing" | "ended" {
    // A body that starts with a bracket or a tag is one JSON value or a page, whatever its content type says.
    const first = form === "unknown" ? firstByte(bytes) : 0;
    if (form === "unknown" && first !== -1) {
      form = WHOLE_STARTS.has(bytes[first] ?? 0) ? "whole" : "stream";
    }
    if (form !== "whole") {
      if (!hasFrames) {
        prose.push(bytes);
      }
      pushFrames(parser.push(bytes));
    } else if (!decoder.ended) {
      pushLines(whole.push(utf8.decode(bytes.subarray(first), { stream: true })));
      if (whole.length > MAX_WHOLE_LENGTH) {
        whole.end();
        decoder.push({ event: "error", data: "an answer without end" }, events);
      }
    }
    if (decoder.ended) {
      return "ended";
    }
    return decoder.finishing ? "finishing" : "open";
  }

  function pushFrames(frames: readonly SseFrame[]): void {
    hasFrames ||= frames.length > 0;
    for (const frame of frames) {
      decoder.push(frame, events);
    }
  }

  /** A gateway may put `data:` before some lines only. */
  function pushLines(lines: readonly string[]): void {
    for (const line of lines) {
      decoder.push({ event: "", data: line.startsWith("data:") ? line.slice("data:".length) : line }, events);
    }
  }

  function end(): void {
    if (form === "whole" && !decoder.ended) {
      pushLines(whole.push(utf8.decode()));
      const { isStream, rest } = whole.end();
      if (!isStream) {
        decoder.pushBody(rest, events);
      } else if (rest.trim() !== "") {
        pushLines([rest]);
      }
      return;
    }
    pushFrames(parser.end());
    const said = prose.end();
    if (said !== undefined && !hasFrames) {
      decoder.pushBody(said, events);
    }
  }

  function breakOff(): void {
    if (form === "whole") {
      end();
    }
  }

  return { push, end, breakOff };
}

/** `{`, `[` and `<`. */
const WHOLE_STARTS: ReadonlySet<number> = new Set([0x7b, 0x5b, 0x3c]);

/** Where the first byte stands that is neither white space nor part of a byte-order mark; -1 if there is none. */
function firstByte(bytes: Uint8Array): number {
  return bytes.findIndex((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf);
}
