import type { PatchChunk, PatchLine } from "./parse.ts";

export type AppliedChunks =
  | { readonly kind: "applied"; readonly text: string }
  | { readonly kind: "failed"; readonly message: string };

/**
 * The text of a file after the chunks of one update. Lines that are only context keep the file's own bytes even
 * where they matched loosely; line endings and a missing final newline stay as they are.
 */
export function applyChunks(text: string, chunks: readonly PatchChunk[], path: string): AppliedChunks {
  const file = splitFile(text);
  const contents = file.map((line) => line.content);
  const replacements: Replacement[] = [];
  let from = 0;
  for (const chunk of chunks) {
    if (chunk.context !== undefined) {
      const found = findLines(contents, [chunk.context], { from });
      if (found === undefined) {
        return { kind: "failed", message: `Failed to find context '${chunk.context}' in ${path}` };
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
      return { kind: "failed", message: `Failed to find expected lines in ${path}:\n${wanted}` };
    }
    replacements.push(placed);
    from = placed.at + oldLines(placed.lines).length;
  }
  return { kind: "applied", text: joinFile(file, replacements) };
}

interface FileLine {
  readonly content: string;
  /** `\n`, `\r\n`, or nothing on a last line without newline. */
  readonly ending: string;
}

interface Replacement {
  readonly at: number;
  readonly lines: readonly PatchLine[];
}

function splitFile(text: string): FileLine[] {
  const lines: FileLine[] = [];
  for (const match of text.matchAll(/([^\n]*?)(\r?\n|$)/g)) {
    const [whole, content = "", ending = ""] = match;
    if (whole !== "") {
      lines.push({ content, ending });
    }
  }
  return lines;
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

function asciiPunctuation(line: string): string {
  return line
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[\u2018-\u201b]/g, "'")
    .replace(/[\u201c-\u201f]/g, '"')
    .replace(/[\u00a0\u2002-\u200a\u202f\u205f\u3000]/g, " ");
}

function joinFile(file: readonly FileLine[], replacements: readonly Replacement[]): string {
  const usualEnding = file.find((line) => line.ending !== "")?.ending ?? "\n";
  const result: FileLine[] = [];
  let next = 0;
  // The sort is stable: what two chunks add at the same place stays in their order.
  for (const { at, lines } of replacements.toSorted((a, b) => a.at - b.at)) {
    result.push(...file.slice(next, at));
    next = at;
    for (const line of lines) {
      const present = line.sign === "+" ? undefined : file[next];
      if (present !== undefined) {
        next += 1;
      }
      if (line.sign === " " && present !== undefined) {
        result.push(present);
      }
      if (line.sign === "+") {
        result.push({ content: line.text, ending: result.at(-1)?.ending || usualEnding });
      }
    }
  }
  result.push(...file.slice(next));

  const endsWithNewline = file.at(-1)?.ending !== "";
  return result
    .map(({ content, ending }, index) => {
      const isLast = index === result.length - 1;
      return isLast && !endsWithNewline ? content : content + (ending || usualEnding);
    })
    .join("");
}
