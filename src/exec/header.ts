import { formatCount } from "../figures/index.ts";
import type { Look } from "./output.ts";
import { packLines } from "./pack.ts";
import { safeLine, safeText } from "./safe-text.ts";
import { cutToWidth, textWidth } from "./text-width.ts";

export interface HeaderFacts {
  readonly version: string;
  readonly model: string;
  readonly providerName: string;
  /** `host:port` */
  readonly endpoint: string;
  readonly contextWindow?: number;
  /** As a user would say it: `workspace-write [workdir, /tmp]`. */
  readonly sandbox: string;
  readonly approval: string;
  readonly sessionId: string;
  readonly profile?: string;
  readonly warnings: readonly string[];
}

/** Who answers, from where, what it may do, the id to resume by, and what was asked. */
export function headerLines(facts: HeaderFacts, prompt: string, look: Look): string[] {
  const { style } = look;
  const server = [
    `leat ${facts.version}`,
    facts.model,
    `${facts.providerName} at ${facts.endpoint}`,
    ...(facts.contextWindow === undefined ? [] : [`context ${formatCount(facts.contextWindow)}`]),
  ];
  const limits = [
    facts.sandbox,
    `approval ${facts.approval}`,
    ...(facts.profile === undefined ? [] : [`profile ${facts.profile}`]),
  ];
  return [
    ...packLines(server, look).map((line) => style("bold", line)),
    ...addSession(packLines(limits, look), facts.sessionId, look).map((line) => style("dim", line)),
    ...facts.warnings.map((warning) => style("yellow", `warning: ${safeText(warning)}`)),
    promptLine(prompt, look),
  ];
}

/** An id is of use only whole, so it is never cut. */
function addSession(lines: readonly string[], sessionId: string, look: Look): string[] {
  const session = `session ${sessionId}`;
  const joined = `${lines.at(-1)}${look.signs.separator}${session}`;
  if (textWidth(joined) <= look.columns) {
    return [...lines.slice(0, -1), joined];
  }
  return [...lines, textWidth(session) <= look.columns ? session : sessionId];
}

function promptLine(prompt: string, look: Look): string {
  const [first = "", ...more] = prompt.trim().split(/\r\n?|\n/);
  const { ellipsis } = look.signs;
  const text = more.length > 0 ? `${safeLine(first)} ${ellipsis}` : safeLine(first);
  return `${look.style("cyan", ">")} ${cutToWidth(text, look.columns - 2, ellipsis)}`;
}
