import { toLines } from "../lines.ts";
import type { OutputLimit } from "../tool.ts";
import { headBytes } from "../truncate.ts";

/** A piece of a file that fits the prompt: whole lines with their numbers, and how to get the rest. */
export interface Page {
  readonly text: string;
  readonly shown: number;
  readonly total: number;
}

const DEFAULT_LINES = 400;
const MAX_LINE_BYTES = 2_000;
/** However small the window: a line leaves room for its neighbours. */
const LINE_SHARE = 3;
/** For the notes below the lines. */
const RESERVED_BYTES = 100;

export function pageOf(
  text: string,
  firstLine: number,
  lineCount: number | undefined,
  limit: OutputLimit,
): Page {
  const lines = toLines(text);
  const wanted = lines.slice(firstLine - 1, firstLine - 1 + (lineCount ?? DEFAULT_LINES));
  const lineBytes = Math.min(MAX_LINE_BYTES, Math.floor(limit.bytes / LINE_SHARE));
  const shown: string[] = [];
  let bytes = 0;
  for (const [index, line] of wanted.entries()) {
    const numbered = `${firstLine + index}\t${cutLine(line, lineBytes)}`;
    bytes += Buffer.byteLength(numbered) + 1;
    if (bytes > limit.bytes - RESERVED_BYTES) {
      break;
    }
    shown.push(numbered);
  }
  const next = firstLine + shown.length;
  const rest = lines.length - next + 1;
  if (rest > 0 && shown.length > 0) {
    shown.push(`[${rest} more lines; continue with offset=${next}]`);
  }
  return { text: shown.join("\n"), shown: next - firstLine, total: lines.length };
}

/** Numbered lines of a text that stands at `firstLine` of its file, as `read_file` shows them. */
export function numberLines(lines: readonly string[], firstLine: number): string {
  return lines.map((line, index) => `${firstLine + index}\t${cutLine(line, MAX_LINE_BYTES)}`).join("\n");
}

function cutLine(line: string, maxBytes: number): string {
  const kept = headBytes(line, maxBytes);
  if (kept.length === line.length) {
    return line;
  }
  return `${kept} [line cut: ${Buffer.byteLength(line) - Buffer.byteLength(kept)} more bytes]`;
}
