import type { Check } from "../check.ts";

export interface TerminalEvidence {
  readonly isTerminal: { readonly stdout: boolean; readonly stderr: boolean };
  readonly columns: number | undefined;
  readonly term: string | undefined;
  readonly utf8: boolean;
  readonly noColor: boolean;
  readonly dumbTerminal: boolean;
}

export function judgeTerminal(evidence: TerminalEvidence): Check {
  const { isTerminal, columns, term, utf8, noColor, dumbTerminal } = evidence;
  const hasColors = isTerminal.stderr && !noColor && !dumbTerminal;
  const places = [
    `stdout is ${isTerminal.stdout ? "a terminal" : "no terminal"}`,
    `stderr is ${isTerminal.stderr ? "one" : "none"}`,
  ];
  const facts = [
    places.join(", "),
    `TERM ${term ?? "not set"}`,
    ...(columns === undefined ? [] : [`${columns} columns`]),
    utf8 ? "UTF-8" : "no UTF-8",
    hasColors ? "colours" : `no colours${noColor ? " (NO_COLOR)" : ""}`,
  ];
  const isPoor = isTerminal.stderr && !utf8;
  return {
    id: "terminal",
    status: isPoor ? "warn" : "info",
    message: facts.join("; "),
    ...(isPoor
      ? {
          hint: "The locale has no UTF-8, so leat draws with ASCII.",
          advice: { reason: "Signs and other languages need a UTF-8 locale.", paste: "export LANG=C.UTF-8" },
        }
      : {}),
    data: { ...isTerminal, columns, term, utf8, colors: hasColors },
  };
}
