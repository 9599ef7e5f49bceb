import { expect, test } from "vitest";
import { entryOf } from "../../../src/cli/log/events.ts";
import type { LogEntry } from "../../../src/cli/log/requests.ts";
import type { AgentEvent, Notice, ToolOutcome } from "../../../src/protocol/index.ts";

const action = { kind: "command", command: "cat private", cwd: "/private" } as const;
const SAID = "said in private";

const outcomes: readonly ToolOutcome[] = [
  {
    kind: "command-exited",
    exitCode: 1,
    output: SAID,
    timedOut: true,
    denials: [{ kind: "write", path: `/${SAID}` }] as never,
  },
  { kind: "command-running", id: "1", output: SAID },
  { kind: "command-stopped", output: SAID },
  { kind: "file-read", lines: 3, totalLines: 9 },
  { kind: "found", what: "files", count: 4, atLeast: false },
  { kind: "image-shown", format: "png", bytes: 5 },
  { kind: "files-changed", changes: [{ path: SAID, change: "add", diff: SAID }] },
  { kind: "plan-updated", plan: { steps: [{ step: SAID, status: "pending" }] } },
  { kind: "failed", message: SAID },
  { kind: "aborted" },
];

const error = { kind: "server", message: "no", status: 500 } as const;

const notices: readonly Notice[] = [
  { kind: "background-ended", commands: [SAID] },
  { kind: "repeated-text", place: "text", unit: SAID },
  { kind: "dialect-learnt", lesson: "system-role-refused" },
  { kind: "retry", layer: "stream", attempt: 1, maxAttempts: 5, delayMs: 200, error },
  { kind: "repeated-call", name: "shell", count: 3, step: "hinted" },
];

const loop = { type: "repeated_call", name: "shell", subject: SAID, count: 9 } as const;

const events: readonly AgentEvent[] = [
  { type: "turn-started" },
  { type: "text-delta", text: SAID },
  { type: "reasoning-delta", text: SAID },
  { type: "tool-output-delta", callId: "c", text: SAID },
  { type: "response-reclassified", as: "text", text: SAID },
  { type: "response-discarded" },
  { type: "compaction-ended", before: 9, after: 2 },
  {
    type: "item-completed",
    item: { type: "message", role: "assistant", content: [{ type: "output_text", text: SAID }] },
  },
  {
    type: "item-completed",
    item: { type: "function_call", name: "shell", arguments: SAID, call_id: "c" },
  },
  { type: "tool-started", callId: "c", action },
  ...outcomes.map((result) => ({ type: "tool-ended" as const, callId: "c", action, result, durationMs: 7 })),
  ...notices.map((notice) => ({ type: "notice" as const, notice })),
  { type: "turn-ended", end: { type: "interrupted", lastMessage: SAID } },
  { type: "turn-ended", end: { type: "failed", error, lastMessage: SAID, guard: { nudges: 1 } } },
  {
    type: "turn-ended",
    end: { type: "failed", error: { kind: "loop", problem: loop }, lastMessage: SAID },
  },
];

function entries(): LogEntry[] {
  return events
    .map((event) => entryOf(event, (callId) => (callId === "c" ? "shell" : undefined)))
    .filter((entry) => entry !== undefined);
}

test("each event is a line, text alone is none", () => {
  const ended = { call: "c", tool: "shell", duration_ms: 7 };
  expect(entries().map(({ level, event, fields }) => [level, event, fields])).toEqual([
    ["info", "turn-started", {}],
    ["debug", "response-reclassified", { as: "text", characters: SAID.length }],
    ["warn", "response-discarded", {}],
    ["info", "compaction-ended", { before: 9, after: 2 }],
    ["debug", "item-completed", { item: "message" }],
    ["debug", "item-completed", { item: "function_call", call: "c", tool: "shell" }],
    ["debug", "tool-started", { call: "c", tool: "shell" }],
    [
      "info",
      "tool-ended",
      { ...ended, outcome: "command-exited", exit_code: 1, timed_out: true, denials: 1 },
    ],
    ["info", "tool-ended", { ...ended, outcome: "command-running" }],
    ["info", "tool-ended", { ...ended, outcome: "command-stopped" }],
    ["info", "tool-ended", { ...ended, outcome: "file-read", lines: 3 }],
    ["info", "tool-ended", { ...ended, outcome: "found", count: 4 }],
    ["info", "tool-ended", { ...ended, outcome: "image-shown", format: "png", bytes: 5 }],
    ["info", "tool-ended", { ...ended, outcome: "files-changed", files: 1 }],
    ["info", "tool-ended", { ...ended, outcome: "plan-updated" }],
    ["info", "tool-ended", { ...ended, outcome: "failed" }],
    ["info", "tool-ended", { ...ended, outcome: "aborted" }],
    ["info", "background-ended", {}],
    ["info", "repeated-text", { place: "text" }],
    ["info", "dialect-learnt", { lesson: "system-role-refused" }],
    ["warn", "retry", { layer: "stream", attempt: 1, maxAttempts: 5, delayMs: 200, error }],
    ["info", "repeated-call", { name: "shell", count: 3, step: "hinted" }],
    ["info", "turn-ended", { end: "interrupted" }],
    ["error", "turn-ended", { end: "failed", error, guard: { nudges: 1 } }],
    ["error", "turn-ended", { end: "failed", error: { kind: "loop", problem: "repeated_call" } }],
  ]);
});

test("what was said stands at trace, as far as a call or an error needs it", () => {
  const contents = entries().flatMap(({ event, content = {} }) =>
    Object.keys(content).length === 0 ? [] : [[event, content]],
  );
  expect(contents).toEqual([
    ["item-completed", { arguments: SAID }],
    ["tool-started", { action }],
    ["tool-ended", { message: SAID }],
    ["background-ended", { commands: [SAID] }],
    ["repeated-text", { unit: SAID }],
    ["turn-ended", { error }],
    ["turn-ended", { error: { kind: "loop", problem: loop } }],
  ]);
});
