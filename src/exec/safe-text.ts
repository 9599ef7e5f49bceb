/**
 * Text of a model, a command or a server, made harmless for a terminal: control characters become visible marks,
 * so no escape sequence can form, also not one that is split over deltas.
 */

// C0 but tab and newline, DEL, C1, and the marks that reorder text on screen (bidi: "trojan source").
const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const UNSAFE_ALL = /\r\n?|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Longest piece of foreign text that is looked at for a line of at most a thousand columns. */
const LINE_SCAN_LIMIT = 4096;

export function safeText(text: string): string {
  return UNSAFE.test(text) ? text.replace(UNSAFE_ALL, visibleMark) : text;
}

/** The same on one line: newlines and tabs become blanks. */
export function safeLine(text: string): string {
  return safeText(text.slice(0, LINE_SCAN_LIMIT)).replace(/[\n\t]/g, " ");
}

/** Deltas that belong together: a `\r\n` or a surrogate pair may be split between two of them. */
export class SafeStream {
  readonly #pairs = new SurrogateJoiner();
  #afterReturn = false;

  push(delta: string): string {
    let text = this.#pairs.push(delta);
    if (text === "") {
      return "";
    }
    if (this.#afterReturn && text.charCodeAt(0) === 0x0a) {
      text = text.slice(1);
    }
    this.#afterReturn = text.charCodeAt(text.length - 1) === 0x0d;
    return safeText(text);
  }

  end(): string {
    this.#afterReturn = false;
    return this.#pairs.end();
  }
}

/** Holds back a high surrogate at the end of a delta: written alone it would become U+FFFD. */
export class SurrogateJoiner {
  #held = "";

  push(delta: string): string {
    let text = delta;
    if (this.#held !== "") {
      text = this.#held + text;
      this.#held = "";
    }
    const last = text.charCodeAt(text.length - 1);
    if (last >= 0xd800 && last <= 0xdbff) {
      this.#held = text.slice(-1);
      return text.slice(0, -1);
    }
    return text;
  }

  end(): string {
    const lone = this.#held === "" ? "" : "\ufffd";
    this.#held = "";
    return lone;
  }
}

function visibleMark(match: string): string {
  const code = match.charCodeAt(0);
  if (code === 0x0d) {
    // A lone return would let later text overwrite the line.
    return "\n";
  }
  if (code < 0x20 || code === 0x7f) {
    return `^${String.fromCharCode(code ^ 0x40)}`;
  }
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}
