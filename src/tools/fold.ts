/** How text is compared where the exact one is not in a file: models write ASCII where people wrote typography. */

/** A line without what can't be seen: indentation, space at its end, the width of runs of white space, kinds of quotes and dashes. */
export function foldLine(line: string): string {
  return asciiPunctuation(line.trim().replace(/\s+/g, " "));
}

/** Each character becomes one other, so that places in the line stay what they are. */
export function asciiPunctuation(line: string): string {
  if (!/[^\0-\x7f]/.test(line)) {
    return line;
  }
  return line
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[\u2018-\u201b]/g, "'")
    .replace(/[\u201c-\u201f]/g, '"')
    .replace(/[\u00a0\u2002-\u200a\u202f\u205f\u3000]/g, " ");
}
