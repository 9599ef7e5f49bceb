/** Where checks go as they are made: at once onto the screen, or all together into JSON. */

import type { Io } from "../io.ts";
import { terminalFacts } from "../terminal.ts";
import type { Advice, Check, Ending, Group } from "./check.ts";
import { createClockLine } from "./clock-line.ts";
import { reportAsJson } from "./report-json.ts";
import { checkLines, endingText, groupLine } from "./report-text.ts";

export interface Report {
  begin(group: Group): void;
  add(...checks: readonly Check[]): void;
  /** While a check takes its time, a terminal shows which, and how long it has taken. */
  during<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** Returns whether a check failed. */
  end(options: { readonly curl: string | undefined; readonly interrupted: boolean }): boolean;
}

export function createReport({ json }: { readonly json: boolean }, io: Io): Report {
  const facts = terminalFacts(io.env);
  const isTerminal = io.stdout.isTTY === true;
  const look = { utf8: facts.utf8, color: isTerminal && !facts.noColor && !facts.dumbTerminal };
  const clock = createClockLine(io.stderr, { enabled: io.stderr.isTTY === true && !facts.dumbTerminal });
  const grouped: { readonly group: Group; readonly check: Check }[] = [];
  let current: Group | undefined;

  function write(text: string): void {
    if (!json) {
      clock.erase();
      io.stdout.write(text);
    }
  }

  return {
    begin(group) {
      current = group;
      write(groupLine(group, look));
    },
    add(...checks) {
      for (const check of checks) {
        grouped.push({ group: current ?? { id: "leat", title: "leat" }, check });
        write(checkLines(check, look));
      }
    },
    during: (what, work) => clock.during(what, work),
    end({ curl, interrupted }) {
      const checks = grouped.map(({ check }) => check);
      const ending: Ending = { checks, advice: adviceOf(checks), curl, interrupted };
      if (json) {
        io.stdout.write(reportAsJson(grouped, ending));
      } else {
        write(endingText(ending, look));
      }
      return checks.some(({ status }) => status === "fail");
    },
  };
}

/** The same advice once, however many checks lead to it. */
function adviceOf(checks: readonly Check[]): Advice[] {
  const byPaste = new Map(
    checks.flatMap(({ advice }) => (advice === undefined ? [] : [[advice.paste, advice] as const])),
  );
  return [...byPaste.values()];
}
