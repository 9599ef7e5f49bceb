import { wholeLines } from "../lines.ts";

/** Exact replacement in a file's text, where the file's line endings are no part of what has to match. */

export type Replaced =
  | { readonly kind: "replaced"; readonly text: string; readonly lines: readonly number[] }
  | { readonly kind: "not-found" }
  /** 1-based lines where the matches begin. */
  | { readonly kind: "ambiguous"; readonly lines: readonly number[] };

export function replaceExactly(
  text: string,
  edit: { oldText: string; newText: string; replaceAll: boolean },
): Replaced {
  if (!text.includes("\r\n")) {
    const plain = replaceIn([{ view: text, text }], edit, "\n");
    if (plain.kind !== "not-found" || !edit.oldText.includes("\r\n")) {
      return plain;
    }
  }
  // Models write LF. The view has only LF; what is kept of the file is taken from the file itself.
  const ending = text.includes("\r\n") ? "\r\n" : "\n";
  const normal = { ...edit, oldText: toLf(edit.oldText), newText: toLf(edit.newText) };
  const pieces = wholeLines(text).map((piece) => ({ view: toLf(piece), text: piece }));
  return replaceIn(pieces, normal, ending);
}

/** A stretch of the file, as it is and as it is matched; they differ in the line ending at most. */
interface Piece {
  readonly view: string;
  readonly text: string;
}

function replaceIn(
  pieces: readonly Piece[],
  edit: { oldText: string; newText: string; replaceAll: boolean },
  fileEnding: string,
): Replaced {
  const view = pieces.map((piece) => piece.view).join("");
  const starts = findAll(view, edit.oldText);
  const lines = lineNumbers(view, starts);
  if (starts.length === 0) {
    return { kind: "not-found" };
  }
  if (starts.length > 1 && !edit.replaceAll) {
    return { kind: "ambiguous", lines };
  }

  const original = offsetMapper(pieces);
  const text = pieces.map((piece) => piece.text).join("");
  const parts: string[] = [];
  let kept = 0;
  for (const start of starts) {
    const from = original(start);
    const to = original(start + edit.oldText.length);
    // A file with both endings keeps, at each place, the one that was there.
    const ending = /\r?\n/.exec(text.slice(from, to))?.[0] ?? fileEnding;
    parts.push(
      text.slice(kept, from),
      ending === "\n" ? edit.newText : edit.newText.replaceAll("\n", ending),
    );
    kept = to;
  }
  return { kind: "replaced", text: parts.join("") + text.slice(kept), lines };
}

function findAll(text: string, wanted: string): number[] {
  const starts: number[] = [];
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + wanted.length)) {
    starts.push(at);
  }
  return starts;
}

function lineNumbers(text: string, offsets: readonly number[]): number[] {
  let line = 1;
  let from = 0;
  return offsets.map((offset) => {
    for (let at = text.indexOf("\n", from); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
      line += 1;
      from = at + 1;
    }
    return line;
  });
}

/** From an offset in the view to the same place in the file; to be asked in ascending order. */
function offsetMapper(pieces: readonly Piece[]): (offset: number) => number {
  let index = 0;
  let viewStart = 0;
  let textStart = 0;
  return (offset) => {
    for (let piece = pieces[index]; piece !== undefined; piece = pieces[index]) {
      if (offset < viewStart + piece.view.length) {
        break;
      }
      viewStart += piece.view.length;
      textStart += piece.text.length;
      index += 1;
    }
    // Right before a line's newline also means before its carriage return: no line differs ahead of that.
    return textStart + (offset - viewStart);
  };
}

function toLf(text: string): string {
  return text.replaceAll("\r\n", "\n");
}
