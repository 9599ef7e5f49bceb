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
  const given = readInteger(args, ...names);
  if (given === undefined || given < 0) {
    return defaultMs;
  }
  return Math.min(given < LEAST_MS ? given * 1000 : given, MAX_TIMEOUT_MS);
}
