import { formatCount, formatDuration, formatSeconds } from "../figures/index.ts";
import type {
  AgentEvent,
  FileChange,
  Plan,
  SandboxDenial,
  ToolAction,
  ToolOutcome,
} from "../protocol/index.ts";
import { drawDiff } from "./diff-lines.ts";
import type { Look } from "./output.ts";
import { safeLine, safeText } from "./safe-text.ts";
import { cutToWidth } from "./text-width.ts";
import { type ToolHead, type ToolResult, toolHead, toolLines } from "./tool-line.ts";

type ToolEnded = Extract<AgentEvent, { type: "tool-ended" }>;

/** Lines shown at each end of a command's output. */
const OUTPUT_END_LINES = 5;

/** The terminal breaks the line: a path that is cut tells nobody what to allow. */
const MOST_DENIAL_ROWS = 3;

/** A tool call that is over, with what it did. */
export function toolBlock(event: ToolEnded, look: Look): string[] {
  const { action, result, durationMs } = event;
  const head = toolHead(action, look);
  switch (result.kind) {
    case "command-exited":
      return [
        ...toolLines(head, commandResult(result, durationMs), look),
        ...outputLines(result.output, look, result.totalLines),
        ...denialLines(result.denials ?? [], look),
      ];
    case "command-running":
      return [
        ...toolLines(head, { text: runningText(action, result.id), style: "yellow" }, look),
        ...outputLines(result.output, look),
      ];
    case "command-stopped":
      return [
        ...toolLines(head, { text: "stopped", style: "dim" }, look),
        ...outputLines(result.output, look),
      ];
    case "found":
      return toolLines(head, { text: foundText(result), style: "dim" }, look);
    case "image-shown":
      return toolLines(head, { text: `${result.format}, ${formatBytes(result.bytes)}`, style: "dim" }, look);
    case "file-read":
      return toolLines(head, { text: readRange(action, result, look), style: "dim" }, look);
    case "files-changed":
      return result.changes.length === 0
        ? toolLines(head, { text: "nothing changed", style: "dim" }, look)
        : result.changes.flatMap((change) => changeLines(change, look));
    case "plan-updated":
      return planLines(result.plan, look);
    case "failed":
      return toolLines(head, { text: `failed: ${firstLine(result.message)}`, style: "red" }, look);
    case "aborted":
      return toolLines(head, { text: `aborted after ${formatDuration(durationMs)}`, style: "yellow" }, look);
    default:
      return result satisfies never;
  }
}

/** The same call while it runs, on exactly one line. */
export function runningToolLine(action: ToolAction, elapsedMs: number | undefined, look: Look): string {
  const { label, subject } = toolHead(action, look);
  const elapsed = elapsedMs === undefined ? "" : `  ${formatSeconds(elapsedMs / 1000)}`;
  const room = look.columns - label.length - 2 - elapsed.length;
  const start = subject === "" ? "" : `  ${cutToWidth(subject, room, look.signs.ellipsis)}`;
  return look.style("bold", label) + start + (elapsed === "" ? "" : look.style("dim", elapsed));
}

function commandResult(
  outcome: Extract<ToolOutcome, { kind: "command-exited" }>,
  durationMs: number,
): ToolResult {
  if (outcome.timedOut) {
    // A limit is set in seconds, and is said as it was set.
    const limit =
      durationMs < 1000 ? formatDuration(durationMs) : `${formatCount(Math.round(durationMs / 1000))} s`;
    return { text: `timed out after ${limit}`, style: "red" };
  }
  return outcome.exitCode === 0
    ? { text: `ok in ${formatDuration(durationMs)}`, style: "green" }
    : { text: `exit ${outcome.exitCode} in ${formatDuration(durationMs)}`, style: "red" };
}

function runningText(action: ToolAction, id: string): string {
  return action.kind === "poll" ? "still running" : `in the background as ${id}`;
}

function foundText({ what, count, atLeast }: Extract<ToolOutcome, { kind: "found" }>): string {
  if (count === 0) {
    return what === "files" ? "no files" : "no match";
  }
  const unit = what === "files" ? (count === 1 ? "file" : "files") : count === 1 ? "match" : "matches";
  return `${atLeast ? "more than " : ""}${formatCount(count)} ${unit}`;
}

function formatBytes(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${formatCount(Math.round(bytes / 1024))} KB`;
}

/** `totalLines`: of the whole output, where `output` has lost its middle. */
function outputLines(output: string, look: Look, totalLines = 0): string[] {
  const { ellipsis } = look.signs;
  const all = output.trimEnd().split(/\r\n?|\n/);
  if (all.length === 1 && all[0] === "") {
    return [];
  }
  const draw = (line: string): string => {
    const text = cutToWidth(safeLine(line), look.columns - 2, ellipsis);
    return text === "" ? "" : `  ${look.style("dim", text)}`;
  };
  const left = all.length - 2 * OUTPUT_END_LINES;
  // A line that says one line is missing would be as long as that line.
  if (left <= 1) {
    return all.map(draw);
  }
  return [
    ...all.slice(0, OUTPUT_END_LINES).map(draw),
    `  ${look.style("dim", `${ellipsis} ${formatCount(Math.max(left, totalLines - 2 * OUTPUT_END_LINES))} lines`)}`,
    ...all.slice(-OUTPUT_END_LINES).map(draw),
  ];
}

/** A failure of the command looks the same otherwise, and only the user can do something about this one. */
function denialLines(denials: readonly SandboxDenial[], look: Look): string[] {
  if (denials.length === 0) {
    return [];
  }
  const denied = denials.map((denial) =>
    denial.kind === "network"
      ? `network${denial.target === undefined ? "" : ` ${denial.target}`}`
      : `${denial.kind} ${denial.path}`,
  );
  const text = cutToWidth(
    safeLine(`denied by the sandbox: ${denied.join(", ")}`),
    MOST_DENIAL_ROWS * look.columns - 2,
    look.signs.ellipsis,
  );
  return [`  ${look.style("yellow", text)}`];
}

function readRange(
  action: ToolAction,
  outcome: Extract<ToolOutcome, { kind: "file-read" }>,
  look: Look,
): string {
  const total = formatCount(outcome.totalLines);
  if (outcome.lines === 0) {
    return `no lines of ${total}`;
  }
  const first = action.kind === "read" ? (action.firstLine ?? 1) : 1;
  const last = formatCount(first + outcome.lines - 1);
  return outcome.lines === 1
    ? `line ${formatCount(first)} of ${total}`
    : `lines ${formatCount(first)}${look.signs.range}${last} of ${total}`;
}

function changeLines(change: FileChange, look: Look): string[] {
  const { signs } = look;
  const diff = drawDiff(change.diff, look);
  const counts = [
    ...(change.change === "add" ? ["new"] : change.change === "delete" ? ["deleted"] : []),
    ...(diff.added > 0 ? [`+${formatCount(diff.added)}`] : []),
    ...(diff.removed > 0 ? [`${signs.minus}${formatCount(diff.removed)}`] : []),
  ].join(" ");
  const moved = change.movedTo === undefined ? "" : ` ${signs.arrow} ${safeLine(change.movedTo)}`;
  const path = `${safeLine(change.path)}${moved}`;
  const head: ToolHead = { label: "edit", subject: counts === "" ? path : `${path} (${counts})` };
  return [...toolLines(head, undefined, look), ...diff.lines];
}

function planLines(plan: Plan, look: Look): string[] {
  const { signs, style } = look;
  const lines = toolLines({ label: "plan", subject: safeLine(plan.explanation ?? "") }, undefined, look);
  for (const { step, status } of plan.steps) {
    const sign =
      status === "completed" ? signs.done : status === "in_progress" ? signs.current : signs.pending;
    const text = cutToWidth(`${sign} ${safeLine(step)}`, look.columns - 2, signs.ellipsis);
    lines.push(
      `  ${status === "completed" ? style("green", text) : status === "pending" ? style("dim", text) : text}`,
    );
  }
  return lines;
}

function firstLine(message: string): string {
  // What the colon leads to is for the model.
  return (safeText(message).trim().split("\n", 1)[0] ?? "").replace(/:$/, "");
}
