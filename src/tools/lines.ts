/** The lines a person counts, without their endings: a final newline begins no further one. */
export function toLines(text: string): string[] {
  if (text === "") {
    return [];
  }
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") {
    lines.pop();
  }
  return lines;
}

/** Lines with their newline; put together they are the text again. */
export function wholeLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

export interface FileLine {
  readonly content: string;
  /** `\n`, `\r\n`, or nothing on a last line without newline. */
  readonly ending: string;
}

export function splitFile(text: string): FileLine[] {
  return wholeLines(text).map((line) => {
    const ending = line.endsWith("\r\n") ? "\r\n" : line.endsWith("\n") ? "\n" : "";
    return { content: line.slice(0, line.length - ending.length), ending };
  });
}

/** What a new line of a file ends in, where no neighbour says otherwise. */
export function usualEnding(lines: readonly FileLine[]): string {
  return lines.find((line) => line.ending !== "")?.ending ?? "\n";
}

/** `line 3`, `lines 3-5`; the first line of a file is 1. */
export function lineRange(first: number, count: number): string {
  return count <= 1 ? `line ${first}` : `lines ${first}-${first + count - 1}`;
}

const MAX_LINES_NAMED = 20;

/** `line 3`, `lines 3, 9`. */
export function lineList(lines: readonly number[]): string {
  const each = [...new Set(lines)];
  const named = each.slice(0, MAX_LINES_NAMED).join(", ");
  return `${each.length === 1 ? "line" : "lines"} ${named}${each.length > MAX_LINES_NAMED ? ", …" : ""}`;
}
