import { foldLine } from "../fold.ts";

/** Where old lines stand in a file if white space and kinds of punctuation are not looked at. */

export interface LooseMatch {
  /** Index of the first line, and of the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** What stands before the match on its first line, and behind it on its last; both empty where it fills them. */
  readonly before: string;
  readonly after: string;
}

/** More places than anyone needs to be told. */
const MAX_MATCHES = 50;

/** `oldLines` begins and ends with lines that are not blank. */
export function findLoosely(lines: readonly string[], oldLines: readonly string[]): LooseMatch[] {
  const folded = lines.map(foldLine);
  const pattern = oldLines.map(foldLine).join("\n");
  if (pattern === "") {
    return [];
  }
  const text = folded.join("\n");
  const lineAt = lineFinder(folded);
  const matches: LooseMatch[] = [];
  let at = text.indexOf(pattern);
  while (at !== -1 && matches.length < MAX_MATCHES) {
    const end = at + pattern.length;
    const isMatch = standsAlone(text, at, end);
    if (isMatch) {
      const first = lineAt(at);
      const last = lineAt(end);
      matches.push({
        from: first.index,
        to: last.index + 1,
        before: headOf(lines[first.index] ?? "", at - first.start),
        after: tailOf(lines[last.index] ?? "", (folded[last.index] ?? "").length - (end - last.start)),
      });
    }
    at = text.indexOf(pattern, isMatch ? end : at + 1);
  }
  return matches;
}

/** `x = 1` is not meant where `x = 10` stands: an exact text says so itself, a loose one is held to whole words. */
function standsAlone(text: string, at: number, end: number): boolean {
  return !(isWordAround(text, at) || isWordAround(text, end));
}

function isWordAround(text: string, at: number): boolean {
  return [text[at - 1], text[at]].every(
    (character = "") => WORD.test(character) && !UNSPACED.test(character),
  );
}

const WORD = /^[\p{L}\p{N}_]$/u;
/** Scripts that put no space between words. */
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]$/u;

/** To be asked in ascending order. */
function lineFinder(folded: readonly string[]): (offset: number) => { index: number; start: number } {
  let index = 0;
  let start = 0;
  return (offset) => {
    while (index < folded.length - 1 && offset > start + (folded[index] ?? "").length) {
      start += (folded[index] ?? "").length + 1;
      index += 1;
    }
    return { index, start };
  };
}

/** The part of a line that its first `count` folded characters stand for; nothing where these are none. */
function headOf(line: string, count: number): string {
  if (count === 0) {
    return "";
  }
  let end = line.length - line.trimStart().length;
  for (let left = count; left > 0; left -= 1) {
    const isSpace = SPACE.test(line[end] ?? "");
    end += 1;
    while (isSpace && SPACE.test(line[end] ?? "")) {
      end += 1;
    }
  }
  return line.slice(0, end);
}

function tailOf(line: string, count: number): string {
  if (count === 0) {
    return "";
  }
  let start = line.trimEnd().length;
  for (let left = count; left > 0; left -= 1) {
    start -= 1;
    const isSpace = SPACE.test(line[start] ?? "");
    while (isSpace && SPACE.test(line[start - 1] ?? "")) {
      start -= 1;
    }
  }
  return line.slice(start);
}

const SPACE = /^\s$/;
