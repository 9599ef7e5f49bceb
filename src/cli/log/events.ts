import type { AgentEvent, LeatError, Notice, ToolOutcome, TurnEnd } from "../../protocol/index.ts";
import type { Fields } from "./line.ts";
import type { LogEntry } from "./requests.ts";

/** The line of an event; undefined for one that says nothing but text, which is in the session file. `nameOf` finds a call's tool. */
export function entryOf(
  event: AgentEvent,
  nameOf: (callId: string) => string | undefined,
): LogEntry | undefined {
  const { type } = event;
  switch (type) {
    case "turn-started":
      return { level: "info", event: type, fields: {} };
    case "request-started":
      return { level: "debug", event: type, fields: { number: event.number } };
    case "server-state":
      return { level: "debug", event: type, fields: { ...event.state } };
    case "prefill-progress":
      return { level: "trace", event: type, fields: { ...event.progress } };
    case "reasoning-delta":
    case "text-delta":
    case "call-delta":
    case "tool-output-delta":
      return undefined;
    case "response-reclassified":
      return { level: "debug", event: type, fields: { as: event.as, characters: event.text.length } };
    case "response-discarded":
      return { level: "warn", event: type, fields: {} };
    case "item-completed": {
      const { item } = event;
      return {
        level: "debug",
        event: type,
        fields: {
          item: item.type,
          ...(item.type === "function_call" ? { call: item.call_id, tool: item.name } : {}),
        },
        ...(item.type === "function_call" ? { content: { arguments: item.arguments } } : {}),
      };
    }
    case "response-completed": {
      const { usage, timing, context } = event;
      return { level: "debug", event: type, fields: { usage, timing, context } };
    }
    case "compaction-started":
      return { level: "info", event: type, fields: { cause: event.cause, fill: event.fill } };
    case "compaction-ended":
      return { level: "info", event: type, fields: { before: event.before, after: event.after } };
    case "tool-started":
      return {
        level: "debug",
        event: type,
        fields: callFields(event.callId, nameOf),
        content: { action: event.action },
      };
    case "tool-ended":
      return {
        level: "info",
        event: type,
        fields: {
          ...callFields(event.callId, nameOf),
          duration_ms: event.durationMs,
          ...outcomeFields(event.result),
        },
        content: event.result.kind === "failed" ? { message: event.result.message } : {},
      };
    case "notice":
      return noticeEntry(event.notice);
    case "turn-ended":
      return turnEntry(event.end);
    default:
      return type satisfies never;
  }
}

function callFields(callId: string, nameOf: (callId: string) => string | undefined): Fields {
  return { call: callId, tool: nameOf(callId) };
}

function outcomeFields(result: ToolOutcome): Fields {
  const { kind } = result;
  switch (kind) {
    case "command-exited": {
      const denials = result.denials?.length;
      return {
        outcome: kind,
        exit_code: result.exitCode,
        timed_out: result.timedOut,
        ...(denials === undefined ? {} : { denials }),
      };
    }
    case "command-running":
    case "command-stopped":
    case "plan-updated":
    case "failed":
    case "aborted":
      return { outcome: kind };
    case "file-read":
      return { outcome: kind, lines: result.lines };
    case "found":
      return { outcome: kind, count: result.count };
    case "image-shown":
      return { outcome: kind, format: result.format, bytes: result.bytes };
    case "files-changed":
      return { outcome: kind, files: result.changes.length };
    default:
      return kind satisfies never;
  }
}

/** What the model or the user wrote. */
const CONTENT = new Set(["unit", "commands", "cause"]);

const WARNINGS = new Set<Notice["kind"]>(["no-snapshot", "context-truncated", "cache-missed"]);

function noticeEntry(notice: Notice): LogEntry {
  const fields = Object.entries(notice).filter(([name]) => name !== "kind");
  return {
    level: "error" in notice || WARNINGS.has(notice.kind) ? "warn" : "info",
    event: notice.kind,
    fields: {
      ...Object.fromEntries(fields.filter(([name]) => !CONTENT.has(name))),
      // Where a prompt has changed, the texts that differ are content.
      ...(notice.kind === "cache-missed" ? { cause_type: notice.cause.type } : {}),
    },
    content: Object.fromEntries(fields.filter(([name]) => CONTENT.has(name))),
  };
}

function turnEntry(end: TurnEnd): LogEntry {
  const guard = end.guard === undefined ? {} : { guard: end.guard };
  switch (end.type) {
    case "completed":
      return { level: "info", event: "turn-ended", fields: { end: end.type, usage: end.usage, ...guard } };
    case "interrupted":
      return { level: "info", event: "turn-ended", fields: { end: end.type, ...guard } };
    case "failed":
      return {
        level: "error",
        event: "turn-ended",
        fields: { end: end.type, error: withoutContent(end.error), ...guard },
        content: { error: end.error },
      };
    default:
      return end satisfies never;
  }
}

/** A loop is told by what was repeated: a command, a path, the words of a model. */
function withoutContent(error: LeatError): Fields {
  return error.kind === "loop" ? { kind: error.kind, problem: error.problem.type } : { ...error };
}
