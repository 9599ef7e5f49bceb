/** Keeps the beginning and the end of a command's output, so that endless output costs bounded memory. */

export interface CapturedOutput {
  /** Head and tail, with a marker line between them where something was left out. */
  readonly text: string;
  readonly totalBytes: number;
  readonly totalLines: number;
}

const DEFAULT_PART_LENGTH = 512 * 1024;

/** For bytes as a process writes them. */
export class OutputCapture {
  readonly #text: TextCapture;
  // A byte order mark is kept: it is part of what the command printed.
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #totalBytes = 0;

  /** `partLength`: how many UTF-16 units the head and the tail keep each. */
  constructor(partLength = DEFAULT_PART_LENGTH) {
    this.#text = new TextCapture(partLength);
  }

  /** Takes bytes as they arrived; gives the text they complete. Invalid bytes become U+FFFD. */
  push(bytes: Uint8Array): string {
    this.#totalBytes += bytes.length;
    return this.#keep(this.#decoder.decode(bytes, { stream: true }));
  }

  /** Gives what a cut-off last character becomes. */
  end(): string {
    return this.#keep(this.#decoder.decode());
  }

  get output(): CapturedOutput {
    return { ...this.#text.kept, totalBytes: this.#totalBytes };
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }

  #keep(text: string): string {
    this.#text.push(text);
    return text;
  }
}

/** For text. */
export class TextCapture {
  readonly #partLength: number;
  #head = "";
  #tail: string[] = [];
  #tailLength = 0;
  #leftOutLength = 0;
  #newlines = 0;
  #endsInNewline = true;

  /** `partLength`: how many UTF-16 units the head and the tail keep each. */
  constructor(partLength: number) {
    this.#partLength = partLength;
  }

  push(text: string): void {
    if (text === "") {
      return;
    }
    this.#newlines += countNewlines(text);
    this.#endsInNewline = text.endsWith("\n");
    const room = this.#tailLength === 0 ? this.#partLength - this.#head.length : 0;
    const headPart = text.slice(0, cutBefore(text, room));
    this.#head += headPart;
    if (headPart.length < text.length) {
      this.#keepTail(text.slice(headPart.length));
    }
  }

  get kept(): { readonly text: string; readonly totalLines: number } {
    return { text: this.#text(), totalLines: this.#newlines + (this.#endsInNewline ? 0 : 1) };
  }

  #keepTail(text: string): void {
    this.#tail.push(text);
    this.#tailLength += text.length;
    // Trimmed only at twice the size, so that the copying is paid for by the output itself.
    if (this.#tailLength > 2 * this.#partLength) {
      this.#trimTail();
    }
  }

  #trimTail(): void {
    const joined = this.#tail.join("");
    const kept = joined.slice(cutBefore(joined, Math.max(0, joined.length - this.#partLength)));
    this.#leftOutLength += joined.length - kept.length;
    this.#tail = [kept];
    this.#tailLength = kept.length;
  }

  #text(): string {
    if (this.#tailLength > this.#partLength) {
      this.#trimTail();
    }
    const tail = this.#tail.join("");
    if (this.#leftOutLength === 0) {
      return this.#head + tail;
    }
    const lineBreak = this.#head.endsWith("\n") ? "" : "\n";
    return `${this.#head}${lineBreak}[... ${this.#leftOutLength} characters left out ...]\n${tail}`;
  }
}

/** The nearest place at or before `index` that does not split a surrogate pair. */
function cutBefore(text: string, index: number): number {
  if (index <= 0 || index >= text.length) {
    return Math.max(0, Math.min(index, text.length));
  }
  const isHighSurrogate = (text.charCodeAt(index - 1) & 0xfc00) === 0xd800;
  return isHighSurrogate ? index - 1 : index;
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    count += 1;
  }
  return count;
}
