/** What a person reads of the report. Every text may quote a server, and goes out without control characters. */
import { safeLine } from "../../exec/index.ts";
import type { Check, CheckStatus, Ending, Group } from "./check.ts";

export interface ReportLook {
  readonly utf8: boolean;
  readonly color: boolean;
}

const MARKS: Readonly<
  Record<CheckStatus, { readonly sign: string; readonly word: string; readonly color: string }>
> = {
  ok: { sign: "✓", word: "ok  ", color: "32" },
  info: { sign: "·", word: "info", color: "2" },
  warn: { sign: "!", word: "WARN", color: "33" },
  fail: { sign: "✗", word: "FAIL", color: "1;31" },
  unknown: { sign: "?", word: "??  ", color: "36" },
};

export function groupLine({ title }: Group, look: ReportLook): string {
  return `\n${styled("1", safeLine(title), look)}\n`;
}

export function checkLines({ status, message, hint }: Check, look: ReportLook): string {
  const { sign, word, color } = MARKS[status];
  const mark = look.utf8 ? sign : word;
  const text = `  ${styled(color, mark, look)} ${safeLine(message)}\n`;
  return hint === undefined ? text : `${text}${" ".repeat(3 + mark.length)}${safeLine(hint)}\n`;
}

export function endingText({ checks, advice, curl, interrupted }: Ending, look: ReportLook): string {
  const blocks = advice.map(({ reason, paste }) => {
    const lines = paste.split("\n").map((line) => `    ${safeLine(line)}\n`);
    return `  ${safeLine(reason)}\n${lines.join("")}`;
  });
  const change =
    blocks.length > 0
      ? `\n${styled("1", "What to change", look)}\n${blocks.join("")}`
      : checks.some(({ status }) => status === "fail" || status === "warn")
        ? "\nWhat to change: see the lines marked above.\n"
        : `\nNothing to change${interrupted ? " so far" : ""}.\n`;
  const asked =
    curl === undefined
      ? ""
      : `\n${styled("1", "The same question without leat", look)}\n    ${safeLine(curl)}\n`;
  const stopped = interrupted ? "\nInterrupted: what follows was not checked.\n" : "";
  return `${stopped}${change}${asked}\n${countsLine(checks)}\n`;
}

const NAMES = [
  ["ok", "ok"],
  ["info", "for information"],
  ["warn", "to look at"],
  ["fail", "failed"],
  ["unknown", "unknown"],
] as const satisfies readonly (readonly [CheckStatus, string])[];

function countsLine(checks: readonly Check[]): string {
  const counts = NAMES.map(([status, name]) => {
    const count = checks.filter((check) => check.status === status).length;
    return count === 0 ? "" : `${count} ${name}`;
  });
  return `${checks.length} checks: ${counts.filter((text) => text !== "").join(", ")}`;
}

function styled(code: string, text: string, { color }: ReportLook): string {
  return color ? `\x1b[${code}m${text}\x1b[0m` : text;
}
