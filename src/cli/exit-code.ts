import type { TurnEnd } from "../protocol/index.ts";

/** Exit codes of every command; documented in docs/exec.md. */
export const exitCode = {
  ok: 0,
  /** A turn that failed, a mistake in the configuration, a prompt that is missing. */
  failure: 1,
  /** The command line itself can't be read. */
  usage: 2,
  /** Interrupted, as a shell reports SIGINT. */
  interrupted: 130,
} as const;

export function exitCodeOf(end: TurnEnd): number {
  switch (end.type) {
    case "completed":
      return exitCode.ok;
    case "interrupted":
      return exitCode.interrupted;
    case "failed":
      return exitCode.failure;
    default:
      return end satisfies never;
  }
}
