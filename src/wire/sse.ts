/**
 * Server-sent events: bytes in, frames out. Pure and lenient: CR, LF and CRLF, a byte-order mark, split
 * UTF-8, events parted by a single line break, and a last event without its blank line are all taken.
 */

export interface SseFrame {
  /** The `event:` field; empty when there was none. */
  readonly event: string;
  /** The `data:` lines, joined by line feeds. */
  readonly data: string;
}

export interface SseParser {
  push(bytes: Uint8Array): SseFrame[];
  /** Flushes what the end of the body left unfinished. */
  end(): SseFrame[];
}

const MAX_LINE_LENGTH = 64 * 2 ** 20;

export function createSseParser(): SseParser {
  const decoder = new TextDecoder();
  const frames: SseFrame[] = [];
  let event = "";
  let data: string | undefined;
  let dataLines = 0;
  /** An `event:` that stands after its data, or before that of the next event if there is no blank line between. */
  let lateEvent: string | undefined;
  /** Pieces of a line that is not complete yet, joined once: a huge event in many reads stays linear. */
  let pieces: string[] = [];
  let heldLength = 0;
  /** A CR at the end of a read may be the first half of CRLF; the LF that follows is then no line of its own. */
  let skipLineFeed = false;

  function push(bytes: Uint8Array): SseFrame[] {
    scan(decoder.decode(bytes, { stream: true }));
    return frames.splice(0);
  }

  function end(): SseFrame[] {
    scan(decoder.decode());
    if (pieces.length > 0) {
      takeLine(joinPieces(""));
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
      takeLine(joinPieces(text.slice(start, stop)));
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

  /** A line without end would fill the memory: it counts as an error of the server. */
  function hold(piece: string): void {
    pieces.push(piece);
    heldLength += piece.length;
    if (heldLength <= MAX_LINE_LENGTH) {
      return;
    }
    pieces = [];
    heldLength = 0;
    frames.push({ event: "error", data: `a line of more than ${MAX_LINE_LENGTH / 2 ** 20} MB` });
  }

  function joinPieces(last: string): string {
    if (pieces.length === 0) {
      return last;
    }
    const line = pieces.join("") + last;
    pieces = [];
    heldLength = 0;
    return line;
  }

  function takeLine(line: string): void {
    if (line === "") {
      dispatch();
    } else if (line.startsWith("data:")) {
      takeData(fieldValue(line, 5));
    } else if (line.startsWith("event:")) {
      takeEvent(fieldValue(line, 6));
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
    if (data !== undefined && dataLines === 1 && isWhole(data)) {
      const next = lateEvent ?? "";
      lateEvent = undefined;
      dispatch();
      event = next;
    }
    data = data === undefined ? value : `${data}\n${value}`;
    dataLines += 1;
  }

  function dispatch(): void {
    if (data !== undefined && data.trim() !== "") {
      frames.push({ event: lateEvent ?? event, data });
    }
    event = "";
    lateEvent = undefined;
    data = undefined;
    dataLines = 0;
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
