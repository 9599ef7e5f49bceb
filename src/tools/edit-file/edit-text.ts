import { asciiPunctuation, foldLine } from "../fold.ts";
import { lineList, lineRange, splitFile } from "../lines.ts";
import { numberLines } from "../read-file/page.ts";
import { describeBlock } from "./closest.ts";
import { indentationOf } from "./indentation.ts";
import { findLoosely, type LooseMatch } from "./loose-match.ts";
import { hasLineNumbers, mendings, type TextPair } from "./mend.ts";
import { replaceExactly } from "./replace.ts";
import { rewriteLines } from "./rewrite.ts";

export interface Edit extends TextPair {
  readonly replaceAll: boolean;
}

export type EditedText =
  | {
      readonly kind: "edited";
      readonly text: string;
      /** `line 3`, `lines 3-5`: in the text as it was. */
      readonly where: string;
      /** What the model has to know of how its old text was read; empty where it was exact. */
      readonly note: string;
    }
  | { readonly kind: "failed"; readonly reason: FailureReason; readonly message: string };

type FailureReason = "not-found" | "ambiguous" | "unchanged";

/**
 * Exactly, then with what models add taken away, then loosely. Whichever finds a place ends the search; more than
 * one place is never guessed at.
 */
export function editText(text: string, edit: Edit, shown: string): EditedText {
  const readings = [{ ...edit, note: "" }, ...mendings(edit).map((mended) => ({ ...edit, ...mended }))];
  for (const reading of readings) {
    const replaced = reading.oldText === "" ? undefined : replaceExactly(text, reading);
    if (replaced?.kind === "ambiguous") {
      return failed(
        "ambiguous",
        `old_text is in ${shown} ${replaced.lines.length} times, at ${lineList(replaced.lines)}: ` +
          "add lines around it until it is unique, or set replace_all",
      );
    }
    if (replaced?.kind === "replaced") {
      const note = reading.note === "" ? "" : `old_text was not found as given; ${reading.note}`;
      return edited(text, { kind: "edited", text: replaced.text, where: lineList(replaced.lines), note });
    }
  }
  for (const reading of readings) {
    const found = editLoosely(text, reading, shown);
    if (found !== undefined) {
      return found.kind === "edited" ? edited(text, found) : found;
    }
  }
  return failed("not-found", notFound(text, edit, shown));
}

function edited(before: string, result: Extract<EditedText, { kind: "edited" }>): EditedText {
  return result.text === before
    ? failed("unchanged", "new_text is what is there already: nothing to change")
    : result;
}

/** Undefined where there is no place for it. */
function editLoosely(text: string, reading: Edit & { note: string }, shown: string): EditedText | undefined {
  const file = splitFile(text);
  const given = withoutBlankEnds(reading);
  const lines = file.map((line) => line.content);
  const matches = findLoosely(lines, given.oldLines);
  const [match] = matches;
  if (match === undefined) {
    return undefined;
  }
  const places = matches.map(({ from, to }) => lineRange(from + 1, to - from));
  if (matches.length > 1) {
    const shownLines = matches.slice(0, MAX_PLACES_SHOWN).map((place) => showLines(lines, place));
    return failed(
      "ambiguous",
      `old_text is not in ${shown} exactly, but ${matches.length} places are like it but for white space or ` +
        `punctuation: ${places.slice(0, MAX_PLACES_NAMED).join(", ")}. Copy the one you mean exactly, ` +
        `with lines around it:\n${shownLines.join("\n...\n")}`,
    );
  }

  const { from, to } = match;
  const difference = differenceOf(given.oldLines, lines.slice(from, to), match);
  const rewritten = rewriteLines(file, match, given);
  if (rewritten.kind === "unclear") {
    return failed(
      "not-found",
      `old_text was not found in ${shown}. At ${places[0]} it differs in ${difference}, and how deep new_text ` +
        `belongs can't be told from that. Copy the text exactly:\n${showLines(lines, match)}`,
    );
  }
  const result = [...file.slice(0, from), ...rewritten.lines, ...file.slice(to)];
  const indented = rewritten.isReindented ? "; new_text was indented like the file" : "";
  const mended = reading.note === "" ? "" : `; ${reading.note}`;
  const now =
    rewritten.lines.length === 0
      ? ""
      : `. Now it is:\n${showRewritten(result, from, rewritten.lines.length)}`;
  return {
    kind: "edited",
    text: result.map(({ content, ending }) => content + ending).join(""),
    where: places[0] ?? "",
    note: `old_text matched only loosely: the file differs from it in ${difference}${indented}${mended}${now}`,
  };
}

const MAX_PLACES_NAMED = 20;
const MAX_PLACES_SHOWN = 3;
const MAX_LINES_SHOWN = 20;
const MAX_CHARACTERS_SHOWN = 300;

/** Blank lines at the ends say little of the place; the new text loses the same ones. */
function withoutBlankEnds({ oldText, newText }: TextPair) {
  const oldLines = textLines(oldText);
  const isText = (line: string) => line.trim() !== "";
  const first = Math.max(0, oldLines.findIndex(isText));
  const last = oldLines.findLastIndex(isText);
  let newLines = textLines(newText);
  for (let left = first; left > 0 && newLines[0]?.trim() === ""; left -= 1) {
    newLines = newLines.slice(1);
  }
  for (let left = oldLines.length - 1 - last; left > 0 && newLines.at(-1)?.trim() === ""; left -= 1) {
    newLines = newLines.slice(0, -1);
  }
  return { oldLines: oldLines.slice(first, last + 1), newLines: newText === "" ? [] : newLines };
}

function textLines(text: string): string[] {
  return text.split(/\r?\n/);
}

function differenceOf(oldLines: readonly string[], fileLines: readonly string[], match: LooseMatch): string {
  const whole = oldLines.map((line, index) => {
    return { line, actual: fileLines[index] ?? "", isWhole: index > 0 || match.before.trim() === "" };
  });
  const isIndented = whole.some(
    ({ line, actual, isWhole }) =>
      isWhole && line.trim() !== "" && indentationOf(line) !== indentationOf(actual),
  );
  const folded = whole.map(({ line, actual }) => ({ line: line.trim(), actual: actual.trim() }));
  const isSpaced = folded.some(
    ({ line, actual }) => !asciiPunctuation(actual).includes(asciiPunctuation(line)),
  );
  const isPunctuated = folded.some(
    ({ line, actual }) =>
      !spaceFolded(actual).includes(spaceFolded(line)) && foldLine(actual).includes(foldLine(line)),
  );
  const kinds = [
    isIndented ? "indentation" : "",
    isSpaced ? "white space" : "",
    isPunctuated ? "kinds of quotes, dashes or spaces" : "",
  ].filter((kind) => kind !== "");
  return kinds.length === 0 ? "blank space at line ends" : kinds.join(" and ");
}

function spaceFolded(line: string): string {
  return line.replace(/[ \t]+/g, " ");
}

function showLines(lines: readonly string[], { from, to }: { from: number; to: number }): string {
  const end = Math.min(to, from + MAX_LINES_SHOWN);
  const cut = lines.slice(from, end).map((line) => shorten(line));
  const rest = to - end;
  return numberLines(cut, from + 1) + (rest > 0 ? `\n[${rest} more lines]` : "");
}

function showRewritten(file: readonly { content: string }[], from: number, count: number): string {
  return showLines(
    file.map((line) => line.content),
    { from, to: from + count },
  );
}

function shorten(line: string): string {
  return line.length > MAX_CHARACTERS_SHOWN ? `${line.slice(0, MAX_CHARACTERS_SHOWN).toWellFormed()}…` : line;
}

function notFound(text: string, edit: Edit, shown: string): string {
  const numbers = hasLineNumbers(edit.oldText) ? " Leave out the line numbers that read_file shows." : "";
  const block = describeBlock(text, edit.oldText, "old_text");
  return block === undefined
    ? `old_text was not found in ${shown}, nor anything like it.${numbers} Read the file again and copy the text exactly`
    : `old_text was not found in ${shown}.${numbers} ${block}`;
}

function failed(reason: FailureReason, message: string): EditedText {
  return { kind: "failed", reason, message };
}
