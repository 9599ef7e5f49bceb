import { type FileLine, usualEnding } from "../lines.ts";
import { alignLines, type Stretch } from "./alignment.ts";
import { findReindent, indentationOf, type Reindent } from "./indentation.ts";
import type { LooseMatch } from "./loose-match.ts";

/**
 * The new text in the place of old lines that were found loosely. Lines that it repeats keep the file's own
 * characters; the others are indented as the file is.
 */
export type Rewritten =
  | {
      readonly kind: "rewritten";
      readonly lines: readonly FileLine[];
      readonly isReindented: boolean;
    }
  /** How deep the new lines belong can't be told. */
  | { readonly kind: "unclear" };

export function rewriteLines(
  file: readonly FileLine[],
  match: LooseMatch,
  given: { readonly oldLines: readonly string[]; readonly newLines: readonly string[] },
): Rewritten {
  const present = file.slice(match.from, match.to);
  const oldLines = completed(given.oldLines, match);
  const newLines = completed(given.newLines, match);
  const fileLines = present.map((line) => line.content);
  const reindent = findReindent(pairsOf(oldLines, fileLines, match));

  const endings = { usual: present.find((line) => line.ending !== "")?.ending ?? usualEnding(file) };
  const lines: FileLine[] = [];
  let isReindented = false;
  for (const stretch of alignLines(oldLines, newLines)) {
    if (stretch.kind === "same") {
      // One by one: a large text has more lines than a call may have arguments.
      for (const line of present.slice(stretch.oldFrom, stretch.oldFrom + stretch.count)) {
        lines.push(line);
      }
      continue;
    }
    for (let index = 0; index < stretch.added; index += 1) {
      const at = stretch.newFrom + index;
      const line = newLines[at] ?? "";
      const partner = partnerOf(stretch, index);
      const [old, actual] = [oldLines[partner ?? -1], fileLines[partner ?? -1]];
      // What stands before a match within a line is the file's own and deep enough.
      const rule =
        at === 0 && match.before.trim() !== "" ? asIs : (reindent ?? lineRule(stretch, old, actual));
      const indentation = line.trim() === "" ? "" : rule?.(indentationOf(line));
      if (indentation === undefined) {
        return { kind: "unclear" };
      }
      isReindented ||= line.trim() !== "" && indentation !== indentationOf(line);
      const body = line.trimStart();
      const kept = old === undefined || actual === undefined ? body : withOwnCharacters(body, old, actual);
      lines.push({ content: indentation + kept, ending: present[partner ?? -1]?.ending || endings.usual });
    }
  }
  return { kind: "rewritten", lines: withLastEnding(lines, present, endings.usual), isReindented };
}

/** With what stands around the match on its lines, so that only whole lines are to be thought of. */
function completed(lines: readonly string[], { before, after }: LooseMatch): string[] {
  if (before === "" && after === "") {
    return [...lines];
  }
  const whole = lines.length === 0 ? [""] : [...lines];
  if (before !== "") {
    whole[0] = (whole[0] ?? "").trimStart();
  }
  if (after !== "") {
    whole[whole.length - 1] = (whole.at(-1) ?? "").trimEnd();
  }
  whole[0] = before + (whole[0] ?? "");
  whole[whole.length - 1] += after;
  return whole;
}

function pairsOf(oldLines: readonly string[], fileLines: readonly string[], match: LooseMatch) {
  return oldLines
    .map((line, index) => ({ line, index }))
    .filter(({ line, index }) => line.trim() !== "" && !(index === 0 && match.before.trim() !== ""))
    .map(({ line, index }) => ({
      given: indentationOf(line),
      actual: indentationOf(fileLines[index] ?? ""),
    }));
}

const asIs: Reindent = (indentation) => indentation;

/** Where lines follow no common rule, one that takes another's place stands where that one stood. */
function lineRule(
  stretch: Extract<Stretch, { kind: "changed" }>,
  old: string | undefined,
  actual: string | undefined,
): Reindent | undefined {
  if (stretch.added !== stretch.removed || old === undefined || actual === undefined) {
    return undefined;
  }
  return (indentation) => (indentation === indentationOf(old) ? indentationOf(actual) : undefined);
}

/** The old line that a new one comes from: the one in the same place where there are as many, else at both ends. */
function partnerOf(
  { oldFrom, removed, added }: Extract<Stretch, { kind: "changed" }>,
  index: number,
): number | undefined {
  if (added === removed || (index === 0 && removed > 0)) {
    return oldFrom + index;
  }
  return index === added - 1 && removed > 0 ? oldFrom + removed - 1 : undefined;
}

/** Longer lines are written as they are given. */
const MAX_LINE_LENGTH = 20_000;

/** What the new line has in common with the old one, at its beginning and its end, keeps the file's characters. */
function withOwnCharacters(body: string, old: string, actual: string): string {
  if (Math.max(body.length, old.length, actual.length) > MAX_LINE_LENGTH) {
    return body;
  }
  const [given, own, wanted] = [old, actual, body].map((line) => line.trim().match(/\s+|\S/g) ?? []);
  if (given === undefined || own === undefined || wanted === undefined || given.length !== own.length) {
    return body;
  }
  const shorter = Math.min(given.length, wanted.length);
  let head = 0;
  while (head < shorter && given[head] === wanted[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < shorter - head && given.at(-1 - tail) === wanted.at(-1 - tail)) {
    tail += 1;
  }
  const middle = wanted.slice(head, wanted.length - tail);
  const end = body.slice(body.trimEnd().length);
  return [...own.slice(0, head), ...middle, ...own.slice(own.length - tail)].join("") + end;
}

/** A file without a newline at its end stays so; the lines before its last need one. */
function withLastEnding(lines: readonly FileLine[], present: readonly FileLine[], usual: string): FileLine[] {
  const last = present.at(-1)?.ending ?? usual;
  return lines.map((line, index) => ({
    content: line.content,
    ending: index === lines.length - 1 && last === "" ? "" : line.ending || usual,
  }));
}
