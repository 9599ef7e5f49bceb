import { wholeLines } from "./lines.ts";
import type { OutputLimit } from "./tool.ts";

/** Long output is cut for the model: its head says what was done, its tail how it ended. */

/** Sizes of the output before the sandbox's own cap on memory, where they are larger than the text. */
export interface OriginalSize {
  readonly bytes: number;
  readonly lines: number;
}

export function truncateMiddle(
  text: string,
  limit: OutputLimit,
  original: OriginalSize = { bytes: 0, lines: 0 },
): string {
  const lines = wholeLines(text);
  const bytes = Buffer.byteLength(text);
  const wasCapped = original.bytes > bytes && original.bytes > limit.bytes;
  if (!wasCapped && bytes <= limit.bytes && lines.length <= limit.lines) {
    return text;
  }

  const totalBytes = wasCapped ? original.bytes : bytes;
  // The lines of a capped text include the cap's own marker.
  const totalLines = wasCapped ? original.lines : lines.length;
  // The marker line takes its room from both halves.
  const half = Math.floor((limit.bytes - 100) / 2);
  const halfLines = Math.floor(limit.lines / 2);
  const head = takeHead(lines.slice(0, halfLines), half);
  const tail = takeTail(lines.slice(Math.max(head.lines, lines.length - halfLines)), half);

  const omittedLines = Math.max(0, totalLines - head.lines - tail.lines);
  const omittedBytes = totalBytes - Buffer.byteLength(head.text) - Buffer.byteLength(tail.text);
  const marker = `[... omitted ${omittedLines} of ${totalLines} lines (${omittedBytes} bytes) ...]`;
  return `${head.text}${head.text.endsWith("\n") ? "" : "\n"}${marker}\n${tail.text}`;
}

/** The longest beginning of `text` that fits, cut between characters. */
export function headBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) {
    return text;
  }
  let end = limit;
  while (end > 0 && isContinuation(bytes[end])) {
    end -= 1;
  }
  return bytes.toString("utf8", 0, end);
}

function tailBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) {
    return text;
  }
  let start = bytes.length - limit;
  while (start < bytes.length && isContinuation(bytes[start])) {
    start += 1;
  }
  return bytes.toString("utf8", start);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

interface Part {
  readonly text: string;
  /** Whole lines in it. */
  readonly lines: number;
}

function takeHead(lines: readonly string[], limit: number): Part {
  const whole = countFitting(lines, limit);
  const text = lines.slice(0, whole.count).join("");
  // A line that is cut is worth showing only where the room would otherwise stay half empty.
  if (whole.bytes > limit / 2 || whole.count === lines.length) {
    return { text, lines: whole.count };
  }
  return { text: text + headBytes(lines[whole.count] ?? "", limit - whole.bytes), lines: whole.count };
}

function takeTail(lines: readonly string[], limit: number): Part {
  const reversed = lines.toReversed();
  const whole = countFitting(reversed, limit);
  const text = lines.slice(lines.length - whole.count).join("");
  if (whole.bytes > limit / 2 || whole.count === lines.length) {
    return { text, lines: whole.count };
  }
  return { text: tailBytes(reversed[whole.count] ?? "", limit - whole.bytes) + text, lines: whole.count };
}

function countFitting(lines: readonly string[], limit: number): { count: number; bytes: number } {
  let bytes = 0;
  for (const [count, line] of lines.entries()) {
    const next = bytes + Buffer.byteLength(line);
    if (next > limit) {
      return { count, bytes };
    }
    bytes = next;
  }
  return { count: lines.length, bytes };
}
