import { END_MARKERS, START_MARKERS } from "./harmony-header.ts";
import { type AssembledCall, createCallAssembler } from "./tool-calls.ts";

/** Where the body of a Harmony message ends, and what of it is sure by then. */

/** What ends a body: the markers, or what is left of them where the detokeniser lost them (macprovider#743). */
interface Seams {
  readonly words: readonly string[];
  readonly pattern: RegExp;
}

export const MARKED: Seams = {
  words: [...END_MARKERS, ...START_MARKERS],
  pattern: /<\|(?:end|return|call|start|channel)\|>/g,
};
/** `assistant`, of which the rest is the head of a call. */
export const RECIPIENT_SEAM = "assistant to=functions.";
export const UNMARKED: Seams = {
  words: ["assistantanalysis", "assistantcommentary", "assistantfinal", RECIPIENT_SEAM],
  pattern: /assistant(?:analysis|commentary|final| to=functions\.)/g,
};

/** The arguments of one call as they grow. */
interface CallBody {
  /** Takes what is sure to belong to the call; if it is over, the seam comes next. */
  take(held: string, seams: Seams): { taken: number; isOver: boolean };
  readonly text: string;
  /** Where, in `text`, the first seam inside a string stands. */
  readonly firstQuotedSeam: number | undefined;
}

/** A marker inside a string of the arguments is quoted there (a file about Harmony), unless `strict`. */
export function createCallBody(quoting: "quoted" | "strict"): CallBody {
  const pieces: string[] = [];
  let length = 0;
  let isObject: boolean | undefined;
  let isInString = false;
  let firstQuotedSeam: number | undefined;

  function take(held: string, seams: Seams): { taken: number; isOver: boolean } {
    const first = /\S/.exec(held)?.[0];
    isObject ??= first === undefined ? undefined : first === "{";
    const tokens = new RegExp(`\\\\[^]|"|${seams.pattern.source}`, "g");
    for (let match = tokens.exec(held); match !== null; match = tokens.exec(held)) {
      const { 0: token, index } = match;
      if (token.startsWith("\\")) {
        // Outside of strings it escapes nothing, not even the bracket of a marker.
        tokens.lastIndex = isInString ? tokens.lastIndex : index + 1;
      } else if (token === '"') {
        isInString = !isInString && isObject === true && quoting === "quoted";
      } else if (!isInString) {
        keep(held.slice(0, index));
        return { taken: index, isOver: true };
      } else {
        firstQuotedSeam ??= length + index;
      }
    }
    const sure = held.length - partialLength(held, seams.words);
    // What a backslash escapes, were it the beginning of a marker, is not parted from it.
    const safe = endsInEscape(held.slice(0, sure)) ? sure - 1 : sure;
    keep(held.slice(0, safe));
    return { taken: safe, isOver: false };
  }

  function keep(piece: string): void {
    pieces.push(piece);
    length += piece.length;
  }

  return {
    take,
    get text() {
      return pieces.join("");
    },
    get firstQuotedSeam() {
      return firstQuotedSeam;
    },
  };
}

/** The arguments are read by the same rules as those that come as such. */
export function readCall(
  name: string,
  argumentsText: string,
  offeredNames: ReadonlySet<string>,
): AssembledCall {
  const assembler = createCallAssembler(offeredNames);
  assembler.add({ function: { name, arguments: argumentsText.trim() } });
  return assembler.finish()[0] ?? brokenCall(name);
}

/** A call of which no more came than that it was to be one. */
export function brokenCall(name: string | null): AssembledCall {
  return { id: undefined, name, argumentsText: "", whole: false, repairs: [] };
}

/** An odd number of backslashes: the last one goes with what comes next. */
function endsInEscape(text: string): boolean {
  let start = text.length;
  while (text[start - 1] === "\\") {
    start -= 1;
  }
  return (text.length - start) % 2 === 1;
}

/** How many characters at the end of `text` may be the beginning of one of `words`. */
export function partialLength(text: string, words: readonly string[]): number {
  let longest = 0;
  for (const word of words) {
    for (let length = Math.min(text.length, word.length - 1); length > longest; length -= 1) {
      if (text.endsWith(word.slice(0, length))) {
        longest = length;
      }
    }
  }
  return longest;
}
