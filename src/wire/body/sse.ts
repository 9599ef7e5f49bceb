import { createTextJoiner } from "./text-joiner.ts";

/**
 * Server-sent events: bytes in, frames out. Pure and lenient: CR, LF and CRLF, a byte-order mark, split
 * UTF-8, events parted by a single line break, and a last event without its blank line are all taken.
 */

export interface SseFrame {
  /** The `event:` field in lower case; empty when there was none. */
  readonly event: string;
  /** The `data:` lines, joined by line feeds. */
  readonly data: string;
}

export interface SseParser {
  push(bytes: Uint8Array): SseFrame[];
  /** Flushes what the end of the body left unfinished. */
  end(): SseFrame[];
}

/** Of a line, and of all the lines of one event. */
const MAX_LENGTH = 64 * 2 ** 20;

export function createSseParser(): SseParser {
  const decoder = new TextDecoder();
  const frames: SseFrame[] = [];
  let event = "";
  let data: string | undefined;
  /** The lines of data after the first. */
  const moreData = createTextJoiner();
  /** An `event:` that stands after its data, or before that of the next event if there is no blank line between. */
  let lateEvent: string | undefined;
  /** What has come of a line that is not complete yet. */
  const held = createTextJoiner();
  /** A CR at the end of a read may be the first half of CRLF; the LF that follows is then no line of its own. */
  let skipLineFeed = false;
  /** The decoder holds the beginning of a character, or has not yet seen whether there is a byte-order mark. */
  let isMidCharacter = true;

  function push(bytes: Uint8Array): SseFrame[] {
    const text = decode(bytes);
    const only = onlyEvent(text);
    if (only !== undefined) {
      return [only];
    }
    scan(text);
    return frames.splice(0);
  }

  /** Reads that end with a whole character, as nearly all do, need no decoder with a memory, which costs more than the rest. */
  function decode(bytes: Uint8Array): string {
    const isWhole = (bytes.at(-1) ?? 0) < 0x80;
    if (isWhole && !isMidCharacter) {
      return (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes)).toString();
    }
    isMidCharacter = !isWhole;
    return decoder.decode(bytes, { stream: true });
  }

  /** The ordinary case, and the hot path: a read is one event of one line. */
  function onlyEvent(text: string): SseFrame | undefined {
    const isBetweenEvents =
      data === undefined && event === "" && lateEvent === undefined && held.length === 0 && !skipLineFeed;
    return isBetweenEvents &&
      text.startsWith("data: {") &&
      text.endsWith("}\n\n") &&
      text.indexOf("\n") === text.length - 2 &&
      !text.includes("\r")
      ? { event: "", data: text.slice("data: ".length, -2) }
      : undefined;
  }

  function end(): SseFrame[] {
    scan(decoder.decode());
    if (held.length > 0) {
      takeLine(held.take());
    }
    dispatch();
    return frames.splice(0);
  }

  function scan(text: string): void {
    let start = 0;
    if (skipLineFeed && text.length > 0) {
      skipLineFeed = false;
      if (text.charCodeAt(0) === LINE_FEED) {
        start = 1;
      }
    }
    let carriageReturn = text.indexOf("\r", start);
    let lineFeed = text.indexOf("\n", start);
    while (carriageReturn !== -1 || lineFeed !== -1) {
      const endsWithReturn = carriageReturn !== -1 && (lineFeed === -1 || carriageReturn < lineFeed);
      const stop = endsWithReturn ? carriageReturn : lineFeed;
      takeLine(wholeLine(text.slice(start, stop)));
      start = stop + 1;
      if (endsWithReturn) {
        if (start === text.length) {
          skipLineFeed = true;
        } else if (text.charCodeAt(start) === LINE_FEED) {
          start += 1;
        }
        carriageReturn = text.indexOf("\r", start);
      }
      if (lineFeed !== -1 && lineFeed < start) {
        lineFeed = text.indexOf("\n", start);
      }
    }
    if (start < text.length) {
      hold(start === 0 ? text : text.slice(start));
    }
  }

  /** A line or an event without end would fill the memory: it counts as an error of the server. */
  function hold(piece: string): void {
    held.push(piece);
    if (held.length > MAX_LENGTH) {
      held.take();
      frames.push({ event: "error", data: `a line of more than ${MAX_LENGTH / 2 ** 20} MB` });
    }
  }

  function wholeLine(last: string): string {
    if (held.length === 0) {
      return last;
    }
    held.push(last);
    return held.take();
  }

  function takeLine(line: string): void {
    if (line === "") {
      dispatch();
    } else if (line.startsWith("data:")) {
      takeData(fieldValue(line, 5));
    } else if (line.startsWith("event:")) {
      takeEvent(fieldValue(line, 6).toLowerCase());
    }
    // llama.cpp before September 2025 reported a failure as a field of its own (llama.cpp#16104).
    else if (line.startsWith("error:")) {
      dispatch();
      frames.push({ event: "error", data: fieldValue(line, 6) });
    }
    // MLX-LM tells in comments how far it has read the prompt.
    else if (line.startsWith(": keepalive ")) {
      frames.push({ event: "keepalive", data: line.slice(": keepalive ".length) });
    }
    // No field begins with a brace: a chunk or an error that a gateway passed on bare.
    else if (line.startsWith("{") && isWhole(line)) {
      takeData(line);
      dispatch();
    }
    // Other comments and fields carry nothing for us; that bytes came is known to the idle timer already.
  }

  function takeEvent(value: string): void {
    if (data === undefined) {
      event = value;
    } else {
      lateEvent = value;
    }
  }

  function takeData(value: string): void {
    // Some servers leave out the blank line between events. A line that is complete JSON is an event. Only the
    // first line is tried, so that a value spread over many lines is not parsed once for each of them.
    if (data !== undefined && moreData.length === 0 && isWhole(data)) {
      const next = lateEvent ?? "";
      lateEvent = undefined;
      dispatch();
      event = next;
    }
    if (data === undefined) {
      data = value;
      return;
    }
    moreData.push("\n");
    moreData.push(value);
    if (moreData.length > MAX_LENGTH) {
      data = undefined;
      dispatch();
      frames.push({ event: "error", data: `an event of more than ${MAX_LENGTH / 2 ** 20} MB` });
    }
  }

  function dispatch(): void {
    const whole = moreData.length === 0 ? data : `${data}${moreData.take()}`;
    if (data !== undefined && whole !== undefined && whole.trim() !== "") {
      frames.push({ event: lateEvent ?? event, data: whole });
    }
    event = "";
    lateEvent = undefined;
    data = undefined;
  }

  return { push, end };
}

const LINE_FEED = 10;

function fieldValue(line: string, start: number): string {
  return line.charCodeAt(start) === 32 ? line.slice(start + 1) : line.slice(start);
}

function isWhole(data: string): boolean {
  try {
    JSON.parse(data);
    return true;
  } catch {
    return data.trim() === "[DONE]";
  }
}
