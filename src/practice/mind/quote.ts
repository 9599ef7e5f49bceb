/** Makes foreign text (a prompt, a tool's output) fit to be repeated. */
import { withoutEscapes } from "./read-results.ts";

const MOST_LINES = 14;
const MOST_CHARACTERS = 700;

/** A fenced block of the first lines; null where there is nothing to show. */
export function quote(output: string): string | null {
  const lines = printable(output).trim().split("\n");
  const shown = excerpt(lines.slice(0, MOST_LINES).join("\n"), MOST_CHARACTERS);
  if (shown === "") {
    return null;
  }
  const left = lines.length - MOST_LINES;
  // The fence is longer than any in the text, so that the text can't end it.
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${shown}${left > 0 ? `\n… (+${left})` : ""}\n${fence}`;
}

/** Cut between what a reader sees as characters, never inside one. */
export function excerpt(text: string, most: number): string {
  const clean = printable(text).trim();
  if (clean.length <= most) {
    return clean;
  }
  // A character may be long (an emoji of several), but twenty units each are plenty.
  const bounded = clean.slice(0, most * 20);
  const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(bounded);
  const characters = Array.from(segments, (segment) => segment.segment);
  if (characters.length <= most && bounded.length === clean.length) {
    return clean;
  }
  return `${characters.slice(0, most).join("")}…`;
}

/** Without terminal escapes, control characters and marks that turn the writing direction. */
function printable(text: string): string {
  return withoutEscapes(text)
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/\p{Surrogate}/gu, "\ufffd");
}
