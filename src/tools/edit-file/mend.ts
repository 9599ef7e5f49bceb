/** What models add to a text they copy. Taken away only where both texts leave no doubt. */

export interface TextPair {
  readonly oldText: string;
  readonly newText: string;
}

export interface Mended extends TextPair {
  /** For the model: what was taken away. */
  readonly note: string;
}

/** Other readings of an edit whose old text is not in the file; each is to be tried on its own. */
export function mendings(edit: TextPair): Mended[] {
  return [withoutLineNumbers(edit), withoutEscapes(edit), withoutFence(edit)].filter(
    (mended) => mended !== undefined,
  );
}

/** The line numbers `read_file` and its like show: `12<tab>text`, `12: text`, `12| text`, `12→text`. */
const NUMBERED = /^\s*(\d{1,7})(?:\t|→|: ?|\| ?)/;

function withoutLineNumbers({ oldText, newText }: TextPair): Mended | undefined {
  const oldLines = readNumbered(oldText);
  const newLines = readNumbered(newText);
  // Where only some lines have a number, nobody can say which of them are text.
  const isNewClear = newLines.numbered === 0 || newLines.numbered === newLines.lines;
  if (oldLines.numbered === 0 || oldLines.numbered < oldLines.lines || !oldLines.isCounting || !isNewClear) {
    return undefined;
  }
  return {
    oldText: oldLines.text,
    newText: newLines.numbered === 0 ? newText : newLines.text,
    note: "the line numbers in it were left out",
  };
}

export function hasLineNumbers(text: string): boolean {
  const { lines, numbered, isCounting } = readNumbered(text);
  return numbered > 0 && numbered === lines && isCounting;
}

function readNumbered(text: string) {
  const all = text.split("\n");
  const found = all.map((line) => NUMBERED.exec(line));
  const numbers = found.flatMap((match) => (match === null ? [] : [Number(match[1])]));
  return {
    /** Those that are not blank. */
    lines: all.filter((line) => line.trim() !== "").length,
    numbered: numbers.length,
    isCounting: numbers.every((number, index) => number === (numbers[0] ?? 0) + index),
    text: all.map((line, index) => line.slice(found[index]?.[0].length ?? 0)).join("\n"),
  };
}

/** Escaped once too often: `\n` and `\"` as two characters each. */
function withoutEscapes({ oldText, newText }: TextPair): Mended | undefined {
  const unescapedOld = unescapeText(oldText);
  const unescapedNew = newText.includes("\\") ? unescapeText(newText) : newText;
  if (unescapedOld === undefined || unescapedNew === undefined) {
    return undefined;
  }
  return {
    oldText: unescapedOld,
    newText: unescapedNew,
    note: 'its escapes (\\n, \\") were read as what they stand for',
  };
}

/** Undefined unless every backslash and quote in it fits a text that was escaped as a whole. */
function unescapeText(text: string): string | undefined {
  const hasBoth = text.includes("\n") && text.includes("\\n");
  if (!text.includes("\\") || hasBoth) {
    return undefined;
  }
  const json = text.replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
  try {
    return String(JSON.parse(`"${json}"`));
  } catch {
    return undefined;
  }
}

const FENCED = /^\s*```[^\n`]*\n([\s\S]*?)\n?```\s*$/;

function withoutFence({ oldText, newText }: TextPair): Mended | undefined {
  const inOld = FENCED.exec(oldText)?.[1];
  const inNew = newText.trim() === "" ? newText : FENCED.exec(newText)?.[1];
  if (inOld === undefined || inNew === undefined) {
    return undefined;
  }
  return { oldText: inOld, newText: inNew, note: "the ``` around it was left out" };
}
