import { readInteger } from "../arguments.ts";

/** Both in milliseconds; a model may ask for anything up to the maximum. */
export const DEFAULT_TIMEOUT_MS = 120_000;
const MAX_TIMEOUT_MS = 600_000;

/** Nothing can be done in so few milliseconds: whoever writes such a number thinks of seconds. */
const LEAST_MS = 100;

/** A time the model gives, by the first of these names it uses. */
export function readMilliseconds(
  args: Record<string, unknown>,
  defaultMs: number,
  ...names: string[]
): number {
  const given = readWithUnit(args, names) ?? withoutUnit(readInteger(args, ...names));
  return given === undefined || given < 0 ? defaultMs : Math.min(given, MAX_TIMEOUT_MS);
}

function withoutUnit(given: number | undefined): number | undefined {
  return given !== undefined && given < LEAST_MS ? given * 1000 : given;
}

const UNITS_MS = { ms: 1, s: 1000, m: 60_000 } as const;

/** `30s`, `500 ms`, `2m`: some models write it so, whatever the schema says. */
function readWithUnit(args: Record<string, unknown>, names: readonly string[]): number | undefined {
  for (const name of names) {
    const [, number = "", unit = ""] =
      /^\s*(\d{1,9})\s*(ms|s|m)[a-z]*\s*$/.exec(String(args[name] ?? "")) ?? [];
    if (number !== "") {
      return Number(number) * UNITS_MS[unit as keyof typeof UNITS_MS];
    }
  }
  return undefined;
}
