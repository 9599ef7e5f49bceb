import type { ToolAction } from "../protocol/index.ts";
import type { Look } from "./output.ts";
import { safeLine } from "./safe-text.ts";
import type { Style } from "./style.ts";
import { cutToWidth, textWidth } from "./text-width.ts";

/** What a tool line is about: `exec  sed -n 1,80p src/tokenizer.ts`. */
export interface ToolHead {
  readonly label: string;
  readonly subject: string;
}

export interface ToolResult {
  readonly text: string;
  readonly style: Parameters<Style>[0];
}

/** Results of commands stand below one another; other tools have nothing to align. */
const COMMAND_COLUMNS = 35;
/** A subject is not cut shorter than this to keep the result beside it. */
const LEAST_SUBJECT_COLUMNS = 20;

export function toolHead(action: ToolAction, look: Look): ToolHead {
  switch (action.kind) {
    case "command":
      return { label: "exec", subject: commandLine(action.command, look) };
    case "read":
      return { label: "read", subject: safeLine(action.path) };
    case "edit":
      return { label: "edit", subject: action.paths.map(safeLine).join(", ") };
    case "search":
      return { label: "search", subject: searchSubject(action) };
    case "poll": {
      const subject = action.command === undefined ? action.id : commandLine(action.command, look);
      return { label: action.stop ? "stop" : "poll", subject: safeLine(subject) };
    }
    case "image":
      return { label: "view", subject: safeLine(action.path) };
    case "plan":
      return { label: "plan", subject: "" };
    case "invalid":
      return { label: "call", subject: safeLine(action.name) };
    default:
      return action satisfies never;
  }
}

/** One line, or two if the result would leave too little of the subject. */
export function toolLines(head: ToolHead, result: ToolResult | undefined, look: Look): string[] {
  const { ellipsis } = look.signs;
  const label = look.style("bold", head.label);
  if (head.subject === "" && result === undefined) {
    return [label];
  }
  const room = look.columns - head.label.length - 2;
  if (result === undefined) {
    return [`${label}  ${cutToWidth(head.subject, room, ellipsis)}`];
  }
  const text = safeLine(result.text);
  if (head.subject === "") {
    return [`${label}  ${look.style(result.style, cutToWidth(text, room, ellipsis))}`];
  }
  const besideRoom = room - 2 - textWidth(text);
  if (textWidth(head.subject) > besideRoom && besideRoom < LEAST_SUBJECT_COLUMNS) {
    const below = look.style(result.style, cutToWidth(text, room, ellipsis));
    return [
      `${label}  ${cutToWidth(head.subject, room, ellipsis)}`,
      `${" ".repeat(head.label.length + 2)}${below}`,
    ];
  }
  const subject = cutToWidth(head.subject, besideRoom, ellipsis);
  const columns = head.label === "exec" ? Math.min(COMMAND_COLUMNS, besideRoom) : 0;
  const padding = " ".repeat(Math.max(0, columns - textWidth(subject)) + 2);
  return [`${label}  ${subject}${padding}${look.style(result.style, text)}`];
}

function searchSubject({ pattern, path, glob }: Extract<ToolAction, { kind: "search" }>): string {
  const what = pattern ?? glob ?? "files";
  const where = [
    ...(path === undefined ? [] : [path]),
    ...(pattern === undefined || glob === undefined ? [] : [glob]),
  ];
  return safeLine(where.length === 0 ? what : `${what} in ${where.join(", ")}`);
}

function commandLine(command: string, look: Look): string {
  const lines = command.trim().split(/\r\n?|\n/);
  const first = safeLine(lines[0] ?? "");
  return lines.length > 1 ? `${first} ${look.signs.ellipsis}` : first;
}
