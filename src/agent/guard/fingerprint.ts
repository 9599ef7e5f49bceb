import type { ToolOutcome } from "../../protocol/index.ts";

/** Calls and results as short texts that are equal where a person would say "the same". Only these are kept: results may be long. */
export interface ResultPrints {
  /** The time a command took, as leat states it, makes no difference. */
  readonly strict: string;
  /** Nor do durations and clock times in its output. */
  readonly loose: string;
}

/** Neither blanks nor the order of keys make another call. */
export function callPrint(name: string, argumentsText: string): string {
  return print(`${name}\0${canonicalJson(argumentsText)}`);
}

export function resultPrints(output: string): ResultPrints {
  const status = /\[[^[\]\n]*\]\s*$/.exec(output);
  const start = status?.index ?? output.length;
  const strict = output.slice(0, start) + output.slice(start).replace(DURATION, "");
  return { strict: print(strict), loose: print(strict.replace(DURATION, "").replace(CLOCK_TIME, "")) };
}

/**
 * Of a call that failed with words. A command that fails in silence says nothing of why: that a search finds nothing
 * six times is no error that repeats itself.
 */
export function errorPrint(outcome: ToolOutcome, output: string): string | undefined {
  const saysWhy =
    outcome.kind === "failed" ||
    (outcome.kind === "command-exited" && outcome.exitCode !== 0 && outcome.output.trim() !== "");
  return saysWhy ? resultPrints(output).loose : undefined;
}

const DURATION = /\d+(?:\.\d+)?\s?(?:ms|µs|us|ns|seconds?|secs?|s|minutes?|min|m)\b/g;
const CLOCK_TIME = /\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?/g;

function canonicalJson(text: string): string {
  try {
    return JSON.stringify(sorted(JSON.parse(text), 0));
  } catch {
    return text.trim();
  }
}

const MOST_DEPTH = 64;

function sorted(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || depth > MOST_DEPTH) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((entry) => sorted(entry, depth + 1));
  }
  const entries = Object.entries(value).map(([key, entry]) => [key, sorted(entry, depth + 1)] as const);
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Two sums of 32 bits, mixed as in cyrb53, and the length: no secret hangs on it, and it needs no library. */
function print(text: string): string {
  let first = 0xdeadbeef;
  let second = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    first = Math.imul(first ^ code, 2654435761);
    second = Math.imul(second ^ code, 1597334677);
  }
  first = Math.imul(first ^ (first >>> 16), 2246822507) ^ Math.imul(second ^ (second >>> 13), 3266489909);
  second = Math.imul(second ^ (second >>> 16), 2246822507) ^ Math.imul(first ^ (first >>> 13), 3266489909);
  return `${(first >>> 0).toString(36)}.${(second >>> 0).toString(36)}.${text.length.toString(36)}`;
}
