/** From the indentation a model wrote to that of the file. */

/** Undefined for an indentation of which the rule can't tell what it would be in the file. */
export type Reindent = (indentation: string) => string | undefined;

/** The same line as the model has it and as the file has it: how far each is indented. */
export interface IndentationPair {
  readonly given: string;
  readonly actual: string;
}

export function indentationOf(line: string): string {
  return line.slice(0, line.length - line.trimStart().length);
}

/** The one rule that all of the lines follow; undefined where there is none. */
export function findReindent(pairs: readonly IndentationPair[]): Reindent | undefined {
  return shiftOf(pairs) ?? unitsOf(pairs);
}

/** All lines are indented by the same string more, or less, than they were given. */
function shiftOf(pairs: readonly IndentationPair[]): Reindent | undefined {
  const [first] = pairs;
  if (first === undefined) {
    return (indentation) => indentation;
  }
  const more = first.actual.slice(0, Math.max(0, first.actual.length - first.given.length));
  if (pairs.every(({ given, actual }) => actual === more + given)) {
    return (indentation) => more + indentation;
  }
  const less = first.given.slice(0, Math.max(0, first.given.length - first.actual.length));
  if (pairs.every(({ given, actual }) => given === less + actual)) {
    return (indentation) => (indentation.startsWith(less) ? indentation.slice(less.length) : undefined);
  }
  return undefined;
}

const UNITS = ["\t", "    ", "  ", "        ", "   "];

/** Each level is another string in the file: a tab for four spaces, two spaces for four. */
function unitsOf(pairs: readonly IndentationPair[]): Reindent | undefined {
  let best: { readonly given: string; readonly actual: string; readonly shift: number } | undefined;
  for (const given of UNITS) {
    for (const actual of UNITS.filter((unit) => unit !== given)) {
      const shift = commonShift(pairs, given, actual);
      if (shift !== undefined && (best === undefined || Math.abs(shift) < Math.abs(best.shift))) {
        best = { given, actual, shift };
      }
    }
  }
  if (best === undefined) {
    return undefined;
  }
  const { given, actual, shift } = best;
  return (indentation) => {
    const level = levelOf(indentation.replace(given === "\t" ? / +$/ : "", ""), given);
    const rest = given === "\t" ? (/ *$/.exec(indentation)?.[0] ?? "") : "";
    return level === undefined ? undefined : actual.repeat(Math.max(0, level + shift)) + rest;
  };
}

/** How many levels deeper the lines are in the file, if that is the same for all. */
function commonShift(pairs: readonly IndentationPair[], given: string, actual: string): number | undefined {
  let common: number | undefined;
  for (const pair of pairs) {
    const [from, to] = [levelOf(pair.given, given), levelOf(pair.actual, actual)];
    if (from === undefined || to === undefined || (common !== undefined && to - from !== common)) {
      return undefined;
    }
    common = to - from;
  }
  return common;
}

function levelOf(indentation: string, unit: string): number | undefined {
  const level = indentation.length / unit.length;
  return indentation === unit.repeat(Math.floor(level)) ? level : undefined;
}
