/** Cutting one-line text to the columns it takes on a terminal. */

type Measure = (text: string) => number;

/** What is not surely one column wide: neither ASCII nor one of the signs leat draws itself. */
const BEYOND_PLAIN = /[^\x20-\x7e·…→−–✓▕█░▏]/;

let stringWidth: Measure | undefined;
let loading: Promise<void> | undefined;

export function cutToWidth(text: string, columns: number, ellipsis: string): string {
  if (textWidth(text) <= columns) {
    return text;
  }
  const room = columns - textWidth(ellipsis);
  if (room <= 0) {
    return ellipsis.slice(0, Math.max(0, columns));
  }
  return takeColumns(text, room).trimEnd() + ellipsis;
}

/**
 * string-width brings Intl.Segmenter and Unicode tables, which cost as much CPU as half a start of Node. So it is loaded
 * when the first text beyond the plain is measured; until it is there, each such character counts as wide: exact for
 * Chinese, and for the others too much, which only cuts early and never overflows a line.
 */
export function textWidth(text: string): number {
  if (!BEYOND_PLAIN.test(text)) {
    return text.length;
  }
  if (stringWidth !== undefined) {
    return stringWidth(text);
  }
  void loadStringWidth();
  let width = 0;
  for (const character of text) {
    width += BEYOND_PLAIN.test(character) ? 2 : 1;
  }
  return width;
}

/** Resolves when widths are exact. */
export function loadStringWidth(): Promise<void> {
  loading ??= import("string-width").then(
    (module) => {
      stringWidth = (text) => module.default(text);
    },
    () => undefined, // The estimate is good enough to go on with.
  );
  return loading;
}

function takeColumns(text: string, columns: number): string {
  if (!BEYOND_PLAIN.test(text)) {
    return text.slice(0, columns);
  }
  let taken = "";
  let width = 0;
  for (const piece of pieces(text)) {
    width += textWidth(piece);
    if (width > columns) {
      break;
    }
    taken += piece;
  }
  return taken;
}

function* pieces(text: string): Generator<string> {
  if (stringWidth === undefined) {
    yield* text;
    return;
  }
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    yield segment;
  }
}
