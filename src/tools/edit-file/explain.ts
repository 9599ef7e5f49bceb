import { toLines } from "../lines.ts";
import { numberLines } from "../read-file/page.ts";

const MAX_PLACES = 3;
const MAX_LINES_SHOWN = 40;

/** What helps the model after `old_text` was not found: the places that differ in white space only. */
export function explainNotFound(text: string, oldText: string, shownPath: string): string {
  const message = `old_text was not found in ${shownPath}`;
  const unnumbered = withoutLineNumbers(oldText);
  if (unnumbered !== undefined && text.replaceAll("\r\n", "\n").includes(unnumbered)) {
    return `${message}: leave out the line numbers that read_file shows`;
  }
  const lines = toLines(text);
  const wanted = trimBlankEnds(toLines(unnumbered ?? oldText).map(foldSpace));
  const starts = findFolded(lines.map(foldSpace), wanted);
  if (starts.length === 0) {
    return `${message}. Read the file again and copy the text exactly`;
  }

  const places = starts.slice(0, MAX_PLACES).map((start) => {
    const end = Math.min(start + wanted.length, start + MAX_LINES_SHOWN);
    return numberLines(lines.slice(start, end), start + 1);
  });
  const where = starts.map((start) => lineRange(start + 1, wanted.length)).join(", ");
  return `${message}, but ${where} ${starts.length === 1 && wanted.length === 1 ? "differs" : "differ"} only in white space:\n${places.join("\n...\n")}`;
}

function lineRange(first: number, count: number): string {
  return count === 1 ? `line ${first}` : `lines ${first}-${first + count - 1}`;
}

/** `12<tab>text` on every line: copied from `read_file` with the numbers. */
function withoutLineNumbers(text: string): string | undefined {
  const lines = text.split("\n");
  const numbered = /^\s*\d+\t/;
  const isNumbered = lines.every((line, index) => numbered.test(line) || (line === "" && index > 0));
  return isNumbered ? lines.map((line) => line.replace(numbered, "")).join("\n") : undefined;
}

function foldSpace(line: string): string {
  return line.trim().replace(/\s+/g, " ");
}

function trimBlankEnds(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line !== "");
  if (first === -1) {
    return [];
  }
  return lines.slice(first, lines.findLastIndex((line) => line !== "") + 1);
}

function findFolded(lines: readonly string[], wanted: readonly string[]): number[] {
  const starts: number[] = [];
  if (wanted.length === 0) {
    return starts;
  }
  for (let at = 0; at <= lines.length - wanted.length; at += 1) {
    if (wanted.every((line, index) => line === lines[at + index])) {
      starts.push(at);
    }
  }
  return starts;
}
