import type { Check } from "../check.ts";

export interface ProgramEvidence {
  readonly name: "git" | "rg";
  /** The first line of `--version`; absent where it does not run. */
  readonly version?: string;
  readonly install: string | undefined;
}

export function judgeProgram({ name, version, install }: ProgramEvidence): Check {
  const id = `program.${name}`;
  if (version !== undefined) {
    return { id, status: "ok", message: version, data: { version } };
  }
  const { without, reason, status } = MISSING[name];
  return {
    id,
    status,
    message: `${name} is not found: ${without}`,
    ...(install === undefined || status === "info" ? {} : { advice: { reason, paste: install } }),
  };
}

const MISSING = {
  git: { status: "warn", without: "`leat undo` and snapshots do not work", reason: "Undo needs git." },
  rg: {
    status: "info",
    without: "searching is done without ripgrep, more slowly",
    reason: "Search is faster with it.",
  },
} as const satisfies Record<
  ProgramEvidence["name"],
  { status: Check["status"]; without: string; reason: string }
>;
