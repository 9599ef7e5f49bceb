import type { SandboxDenial } from "../../protocol/index.ts";
import { plainTerminalText } from "../terminal-text.ts";

/** One line for the model: it would else look for the mistake in the command. */
export function denialText(denials: readonly SandboxDenial[]): string {
  // The names come from what the command printed.
  const denied = plainTerminalText(denials.map(describe).join("; "));
  return `[the sandbox denied: ${denied}. The command may be right: do without, or tell the user what it needs]`;
}

function describe(denial: SandboxDenial): string {
  switch (denial.kind) {
    case "write":
      return `writing ${denial.path}`;
    case "read":
      return `reading ${denial.path}`;
    case "network":
      return denial.target === undefined ? "network" : `network (${denial.target})`;
    default:
      return denial satisfies never;
  }
}
