import { foldLine } from "../fold.ts";
import { lineRange, toLines } from "../lines.ts";
import { alignLines } from "./alignment.ts";

/** The part of a file that is most like an old text which is not in it. All work is bounded, whatever the file. */

const MAX_FILE_LINES = 200_000;
const MAX_LINES_COMPARED = 30_000;
const MAX_OLD_LINES = 100;
const MAX_LINE_LENGTH = 400;
const MAX_LENGTH_COMPARED = 20_000;
const MAX_LINES_SHOWN = 20;
const MAX_CHARACTERS_SHOWN = 160;
const MAX_DIFFERENCES = 4;

/** The block with its line numbers, and what differs; undefined where nothing is like it. */
export function describeBlock(text: string, oldText: string, name: string): string | undefined {
  const oldLines = withoutBlankEnds(toLines(oldText)).slice(0, MAX_OLD_LINES);
  const lines = toLines(text);
  const start = findClosest(lines, oldLines);
  if (start === undefined) {
    return undefined;
  }
  const from = Math.max(0, start);
  const count = Math.max(1, Math.min(start + oldLines.length, lines.length) - from);
  const block = lines.slice(from, from + count);
  const shown = block.slice(0, MAX_LINES_SHOWN).map((line, index) => `${from + 1 + index}\t${excerpt(line)}`);
  const rest = block.length - shown.length;
  const differences = differencesOf(block, oldLines, { firstLine: from + 1, name });
  const more = differences.length - MAX_DIFFERENCES;
  return [
    `The closest ${count === 1 ? "is" : "are"} ${lineRange(from + 1, count)}:`,
    ...shown,
    ...(rest > 0 ? [`[${rest} more lines]`] : []),
    ...(differences.length > 0 ? ["What differs:"] : []),
    ...differences.slice(0, MAX_DIFFERENCES),
    ...(more > 0 ? [`- and ${more} more`] : []),
  ].join("\n");
}

/** Index of the file's line where the old text's first would stand. */
function findClosest(lines: readonly string[], oldLines: readonly string[]): number | undefined {
  const wanted = oldLines.map((line) => foldLine(line.slice(0, MAX_LINE_LENGTH)));
  return findByEqualLines(lines, wanted) ?? findBySimilarLine(lines, wanted);
}

/** Each line of the file that is one of the old text's is a vote for where that begins; long lines say more. */
function findByEqualLines(lines: readonly string[], wanted: readonly string[]): number | undefined {
  const places = new Map<string, number[]>();
  for (const [index, line] of wanted.entries()) {
    const known = places.get(line) ?? [];
    if (line.length > 3 && known.length < 3) {
      places.set(line, [...known, index]);
    }
  }
  const votes = new Map<number, number>();
  let best: { readonly start: number; readonly weight: number } | undefined;
  for (let at = 0; at < Math.min(lines.length, MAX_FILE_LINES); at += 1) {
    const line = lines[at] ?? "";
    for (const index of line.length > MAX_LINE_LENGTH ? [] : (places.get(foldLine(line)) ?? [])) {
      const start = at - index;
      const weight = (votes.get(start) ?? 0) + Math.min(line.length, 40);
      votes.set(start, weight);
      if (best === undefined || weight > best.weight) {
        best = { start, weight };
      }
    }
  }
  return best?.start;
}

/** At least this part of an old line's pairs of characters is in a line that counts as like it. */
const LEAST_SIMILARITY = 0.6;

function findBySimilarLine(lines: readonly string[], wanted: readonly string[]): number | undefined {
  const longest = Math.max(0, ...wanted.map((line) => line.length));
  const index = wanted.findIndex((line) => line.length === longest);
  const pairs = pairsOf((wanted[index] ?? "").slice(0, MAX_LINE_LENGTH));
  if (pairs.size === 0) {
    return undefined;
  }
  let best: { readonly at: number; readonly similarity: number } | undefined;
  for (let at = 0; at < Math.min(lines.length, MAX_LINES_COMPARED); at += 1) {
    const line = (lines[at] ?? "").slice(0, MAX_LINE_LENGTH);
    const other = pairsOf(foldLine(line));
    let common = 0;
    for (const pair of pairs) {
      common += other.has(pair) ? 1 : 0;
    }
    const contained = common / pairs.size;
    // Of two lines that hold as much of it, the shorter one is more like it.
    const similarity = contained * (0.8 + (0.2 * pairs.size) / Math.max(pairs.size, other.size));
    if (contained >= LEAST_SIMILARITY && similarity > (best?.similarity ?? 0)) {
      best = { at, similarity };
    }
  }
  return best === undefined ? undefined : best.at - index;
}

function pairsOf(line: string): Set<string> {
  const pairs = new Set<string>();
  for (let at = 0; at < line.length - 1; at += 1) {
    pairs.add(line.slice(at, at + 2));
  }
  return pairs;
}

function differencesOf(
  block: readonly string[],
  oldLines: readonly string[],
  { firstLine, name }: { readonly firstLine: number; readonly name: string },
): string[] {
  const fold = (lines: readonly string[]) =>
    lines.map((line) => foldLine(line.slice(0, MAX_LENGTH_COMPARED)));
  return alignLines(fold(block), fold(oldLines)).flatMap((stretch) => {
    if (stretch.kind === "same") {
      return [];
    }
    const found: string[] = [];
    for (let index = 0; index < Math.max(stretch.removed, stretch.added); index += 1) {
      const inFile = index < stretch.removed ? block[stretch.oldFrom + index] : undefined;
      const given = index < stretch.added ? oldLines[stretch.newFrom + index] : undefined;
      const number = firstLine + stretch.oldFrom + index;
      if (inFile !== undefined && given !== undefined) {
        found.push(lineDifference(number, inFile.trim(), given.trim(), name));
      } else if (inFile !== undefined) {
        found.push(`- line ${number} is not in ${name}`);
      } else if (given !== undefined && given.trim() !== "") {
        found.push(`- ${name} has a line that is not there: ${excerpt(given.trim())}`);
      }
    }
    return found;
  });
}

/** Both lines from a little before the place where they part, since that may lie far behind in a long one. */
function lineDifference(number: number, inFile: string, given: string, name: string): string {
  const shorter = Math.min(inFile.length, given.length);
  let same = 0;
  while (same < shorter && inFile[same] === given[same]) {
    same += 1;
  }
  const from = same > MAX_CHARACTERS_SHOWN / 2 ? same - 20 : 0;
  const dots = from > 0 ? "…" : "";
  return `- line ${number}: ${dots}${excerpt(inFile.slice(from))}\n  ${name}: ${dots}${excerpt(given.slice(from))}`;
}

function excerpt(line: string): string {
  return line.length > MAX_CHARACTERS_SHOWN
    ? `${line.slice(0, MAX_CHARACTERS_SHOWN).toWellFormed()}…`
    : line.toWellFormed();
}

function withoutBlankEnds(lines: readonly string[]): string[] {
  const isText = (line: string) => line.trim() !== "";
  return lines.slice(Math.max(0, lines.findIndex(isText)), lines.findLastIndex(isText) + 1);
}
