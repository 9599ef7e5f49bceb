import { asciiPunctuation } from "../fold.ts";
import { type FileLine, splitFile, usualEnding } from "../lines.ts";
import type { PatchChunk, PatchLine } from "./parse.ts";

export type AppliedChunks =
  | { readonly kind: "applied"; readonly text: string }
  /** `wanted`: the lines that are not there. */
  | { readonly kind: "failed"; readonly message: string; readonly wanted: string };

/**
 * The text of a file after the chunks of one update. Lines that are only context keep the file's own bytes even
 * where they matched loosely; line endings stay as they are, and a missing final newline does if it is to be kept.
 */
export function applyChunks(
  text: string,
  chunks: readonly PatchChunk[],
  path: string,
  finalNewline: "kept" | "added",
): AppliedChunks {
  const file = splitFile(text);
  const contents = file.map((line) => line.content);
  const replacements: Replacement[] = [];
  let from = 0;
  for (const chunk of chunks) {
    if (chunk.context !== undefined) {
      const found = findLines(contents, [chunk.context], { from });
      if (found === undefined) {
        const message = `Failed to find context '${chunk.context}' in ${path}`;
        return { kind: "failed", message, wanted: chunk.context };
      }
      from = found + 1;
    }
    // Codex puts a chunk that only adds at the end of the file, whatever its context says.
    if (chunk.lines.every((line) => line.sign === "+")) {
      replacements.push({ at: file.length, lines: chunk.lines });
      continue;
    }
    const placed = placeChunk(contents, chunk, from);
    if (placed === undefined) {
      const wanted = oldLines(chunk.lines).join("\n");
      return { kind: "failed", message: `Failed to find expected lines in ${path}:\n${wanted}`, wanted };
    }
    replacements.push(placed);
    from = placed.at + oldLines(placed.lines).length;
  }
  return { kind: "applied", text: joinFile(file, replacements, finalNewline) };
}

interface Replacement {
  readonly at: number;
  readonly lines: readonly PatchLine[];
}

function placeChunk(contents: readonly string[], chunk: PatchChunk, from: number): Replacement | undefined {
  const where = { from, onlyAtEnd: chunk.isEndOfFile };
  const at = findLines(contents, oldLines(chunk.lines), where);
  if (at !== undefined) {
    return { at, lines: chunk.lines };
  }
  // An empty line at the end often belongs to the patch's layout and not to the file.
  const last = chunk.lines.findLastIndex((line) => line.sign !== "+");
  if (chunk.lines[last]?.text !== "") {
    return undefined;
  }
  // With additions behind it, it is wanted all the same: then it is one of them.
  const isWanted = chunk.lines[last]?.sign === " " && last < chunk.lines.length - 1;
  const instead: PatchLine[] = isWanted ? [{ sign: "+", text: "" }] : [];
  const lines = chunk.lines.toSpliced(last, 1, ...instead);
  const shorter = oldLines(lines);
  const found = shorter.length === 0 ? undefined : findLines(contents, shorter, where);
  return found === undefined ? undefined : { at: found, lines };
}

function oldLines(lines: readonly PatchLine[]): string[] {
  return lines.filter((line) => line.sign !== "+").map((line) => line.text);
}

/** Ever looser ways to compare; a stricter match further down wins over a looser one near by. */
const comparisons: readonly ((line: string) => string)[] = [
  (line) => line,
  (line) => line.trimEnd(),
  (line) => line.trim(),
  (line) => asciiPunctuation(line.trim()),
];

function findLines(
  contents: readonly string[],
  pattern: readonly string[],
  where: { readonly from: number; readonly onlyAtEnd?: boolean },
): number | undefined {
  const last = contents.length - pattern.length;
  const first = where.onlyAtEnd === true ? Math.max(where.from, last) : where.from;
  for (const simplify of comparisons) {
    const wanted = pattern.map(simplify);
    for (let at = first; at <= last; at += 1) {
      if (wanted.every((line, index) => simplify(contents[at + index] ?? "") === line)) {
        return at;
      }
    }
  }
  return undefined;
}

const NO_LINE: FileLine = { content: "", ending: "" };

function joinFile(
  file: readonly FileLine[],
  replacements: readonly Replacement[],
  finalNewline: "kept" | "added",
): string {
  const usual = usualEnding(file);
  const result: FileLine[] = [];
  let next = 0;
  // The sort is stable: what two chunks add at the same place stays in their order.
  for (const { at, lines } of replacements.toSorted((a, b) => a.at - b.at)) {
    for (; next < at; next += 1) {
      result.push(file[next] ?? NO_LINE);
    }
    // In a file with both endings, a line that takes the place of another ends as that one did.
    let replaced: FileLine[] = [];
    for (const line of lines) {
      const present = line.sign === "+" ? undefined : file[next];
      if (present !== undefined) {
        next += 1;
      }
      if (line.sign === " ") {
        replaced = [];
        result.push(...(present === undefined ? [] : [present]));
      }
      if (line.sign === "-" && present !== undefined) {
        replaced.push(present);
      }
      if (line.sign === "+") {
        const ending = replaced.shift()?.ending || result.at(-1)?.ending || usual;
        result.push({ content: line.text, ending });
      }
    }
  }
  // Not all at once: a call with as many arguments as a large file has lines is too large for the stack.
  for (; next < file.length; next += 1) {
    result.push(file[next] ?? NO_LINE);
  }

  const endsWithNewline = finalNewline === "added" || file.at(-1)?.ending !== "";
  return result
    .map(({ content, ending }, index) => {
      const isLast = index === result.length - 1;
      return isLast && !endsWithNewline ? content : content + (ending || usual);
    })
    .join("");
}
