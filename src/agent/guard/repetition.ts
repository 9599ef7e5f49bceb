/**
 * A model that has lost its way writes the same thing over and over: a word, a sentence, a paragraph, a sign. This
 * finds it while it comes, and costs next to nothing where it does not. Exact repetition only: lists of similar lines
 * are honest work.
 */
export interface Repetition {
  /** What comes again and again. */
  readonly unit: string;
  /** Characters, as far back as is looked. */
  readonly length: number;
}

export interface RepetitionDetector {
  /** However the text is cut into deltas, the verdict falls at the same character. */
  push(delta: string): Repetition | undefined;
}

/** `arguments`: of a call, which may be a file's whole content, and so hold more of the same than prose does. */
export type StreamKind = "prose" | "arguments";

/** It is looked once in so many characters; a prime, so that each look at a period falls on another place of it. */
const STEP = 509;
/** The end of the text that must have been there before. */
const PROBE_LENGTH = 32;
const MOST_PERIOD = 1500;
/** What most looks are at: a little more than the longest period. */
const NEAR_STEPS = 4;
const KEPT_STEPS = 24;
/** Of places where the end of the text has been before; in a period, more are there only where one sign fills the end. */
const MOST_CANDIDATES = 8;

export function createRepetitionDetector(kind: StreamKind): RepetitionDetector {
  const steps: string[] = [];
  let pending = "";
  return {
    push(delta) {
      pending += delta;
      if (pending.length < STEP) {
        return undefined;
      }
      let start = 0;
      let found: Repetition | undefined;
      for (; found === undefined && pending.length - start >= STEP; start += STEP) {
        steps.push(pending.slice(start, start + STEP));
        if (steps.length > KEPT_STEPS) {
          steps.shift();
        }
        found = findRepetition(steps, kind);
      }
      pending = pending.slice(start);
      return found;
    },
  };
}

/** The text up to and with the first time of what is then repeated without end; all of it, if nothing is. */
export function withoutRepetition(text: string): string {
  const detector = createRepetitionDetector("prose");
  for (let start = 0; start < text.length; start += STEP) {
    const found = detector.push(text.slice(start, start + STEP));
    if (found !== undefined) {
      const kept = text.slice(0, start + STEP - found.length + found.unit.length);
      // Half of a pair of surrogates is no text that can be sent.
      return kept.replace(/[\ud800-\udbff]$/, "");
    }
  }
  return text;
}

function findRepetition(steps: readonly string[], kind: StreamKind): Repetition | undefined {
  if (steps.length < NEAR_STEPS) {
    return undefined;
  }
  const near = steps.slice(-NEAR_STEPS).join("");
  const period = findPeriod(near);
  if (period === undefined) {
    return undefined;
  }
  const text = steps.join("");
  const length = periodicLength(text, period);
  const unit = text.slice(text.length - length, text.length - length + period);
  return length >= leastLength(unit, kind) ? { unit, length } : undefined;
}

/** The smallest distance at which the text equals itself. */
function findPeriod(text: string): number | undefined {
  const end = text.length - PROBE_LENGTH;
  const probe = text.slice(end);
  // The common case is over here: looking forward is what engines do fastest.
  if (text.indexOf(probe) === end) {
    return undefined;
  }
  let place = end;
  for (let count = 0; count < MOST_CANDIDATES; count += 1) {
    place = text.lastIndexOf(probe, place - 1);
    const period = end - place;
    if (place < 0 || period > MOST_PERIOD) {
      return undefined;
    }
    if (text.slice(period) === text.slice(0, -period)) {
      return period;
    }
    if (place === 0) {
      return undefined;
    }
  }
  return undefined;
}

function periodicLength(text: string, period: number): number {
  let start = text.length - period;
  while (start > 0 && text.charCodeAt(start - 1) === text.charCodeAt(start - 1 + period)) {
    start -= 1;
  }
  return text.length - start;
}

/** Long before these lengths a reader has given up; what people really want written stays below. */
const LEAST_LENGTH = { prose: 2000, data: 8000, arguments: 12_000 };

function leastLength(unit: string, kind: StreamKind): number {
  const least =
    kind === "arguments" ? LEAST_LENGTH.arguments : isProse(unit) ? LEAST_LENGTH.prose : LEAST_LENGTH.data;
  const times = unit.length <= 400 ? 8 : 6;
  return Math.max(least, times * unit.length);
}

/** Signs of tables and code, of which there may honestly be much of the same. */
const DATA = /[|{}<>=;\t\\\u2500-\u259f]|,\S/;
/** Nothing but white space, or the exclamation marks of a model whose numbers have gone wrong. */
const JUNK = /^[\s!?]+$/;
const PUNCTUATION = /[.,:!?…。，、：！？]/g;
const LEAST_SHARE_OF_LETTERS = 0.85;

function isProse(unit: string): boolean {
  if (JUNK.test(unit)) {
    return true;
  }
  // Made here, not with the module: the engine goes through tables of all Unicode for them, and hardly any run asks.
  const letters = /\s|[\p{L}\p{M}\p{Extended_Pictographic}\u200d]+(?:['’-]\p{L}+)*/gu;
  // A long word without end is a number, a hash or base64; but some scripts part no words, and neither do emoji.
  const words =
    /\s|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Extended_Pictographic}]/u;
  const countable = unit.length - lengthOf(unit, PUNCTUATION);
  return (
    !DATA.test(unit) && words.test(unit) && lengthOf(unit, letters) >= LEAST_SHARE_OF_LETTERS * countable
  );
}

function lengthOf(text: string, parts: RegExp): number {
  return (text.match(parts) ?? []).reduce((sum, part) => sum + part.length, 0);
}
