import type { HistoryItem } from "../../protocol/index.ts";
import type { Completion } from "../../wire/index.ts";
import {
  AFTER_ANNOUNCEMENT,
  AFTER_ENDLESS_ARGUMENTS,
  AFTER_REPETITION,
  AFTER_SILENCE,
  afterThinking,
} from "./advice.ts";
import { withoutRepetition } from "./repetition.ts";
import type { Cut, GuardState, Nudge } from "./state.ts";
import type { CutReason } from "./stream-watch.ts";
import { announcesStep } from "./unfinished.ts";

export function cutAnswer(state: GuardState, reason: CutReason, partial: readonly HistoryItem[]): Cut {
  const { counts } = state;
  switch (reason.kind) {
    case "repeated-text": {
      const { place, unit } = reason;
      counts.repeatedTexts = (counts.repeatedTexts ?? 0) + 1;
      const items = partial.map(withoutRepetitions).filter((item) => !isBlank(item));
      if (counts.repeatedTexts > 1) {
        return { items, next: { kind: "loop", problem: { type: "repeated_text", unit } } };
      }
      const message = place === "arguments" ? AFTER_ENDLESS_ARGUMENTS : AFTER_REPETITION;
      return { items, next: { notice: { kind: "repeated-text", place, unit }, message } };
    }
    case "reasoning-budget": {
      const { tokens } = reason;
      counts.reasoningCuts = (counts.reasoningCuts ?? 0) + 1;
      state.reasoningCuts += 1;
      if (state.reasoningCuts > 1) {
        return { items: partial, next: { kind: "loop", problem: { type: "reasoning_budget", tokens } } };
      }
      const message = afterThinking(tokens, thoughtsOf(partial));
      return { items: partial, next: { notice: { kind: "reasoning-cut", tokens }, message } };
    }
    default:
      return reason satisfies never;
  }
}

/** Each kind once in a turn: a model that has nothing to say stays silent, whatever it is told. */
export function nudgeAfter(
  { nudged, counts }: GuardState,
  items: readonly HistoryItem[],
  completion: Completion,
): Nudge | undefined {
  const found = unfinished(items, completion);
  if (found === undefined) {
    return undefined;
  }
  const { kind } = found.notice;
  if (!nudged.has(kind)) {
    nudged.add(kind);
    counts.nudges = (counts.nudges ?? 0) + 1;
    return found;
  }
  // An empty answer fails, which says it all.
  return kind === "empty-answer" ? undefined : { notice: { kind: "unfinished-answer", step: "left" } };
}

function unfinished(items: readonly HistoryItem[], completion: Completion): Required<Nudge> | undefined {
  if (completion.isEmpty) {
    return { notice: { kind: "empty-answer" }, message: AFTER_SILENCE };
  }
  if (completion.finish !== "stop" || completion.refusal !== undefined) {
    return undefined;
  }
  const said = items.findLast((item) => item.type === "message");
  return said !== undefined && announcesStep(textOf(said))
    ? { notice: { kind: "unfinished-answer", step: "told" }, message: AFTER_ANNOUNCEMENT }
    : undefined;
}

function withoutRepetitions(item: HistoryItem): HistoryItem {
  switch (item.type) {
    case "message":
      return { ...item, content: item.content.map(shorten) };
    case "reasoning":
      return { ...item, content: item.content.map(shorten), summary: item.summary.map(shorten) };
    case "function_call":
    case "function_call_output":
      return item;
    default:
      return item satisfies never;
  }
}

function shorten<Part extends object>(part: Part): Part {
  return "text" in part && typeof part.text === "string"
    ? { ...part, text: withoutRepetition(part.text) }
    : part;
}

function isBlank(item: HistoryItem): boolean {
  return item.type === "message" && textOf(item).trim() === "";
}

function textOf(item: Extract<HistoryItem, { type: "message" }>): string {
  return item.content.map((part) => ("text" in part ? part.text : "")).join("");
}

function thoughtsOf(items: readonly HistoryItem[]): string {
  return items
    .flatMap((item) => (item.type === "reasoning" ? [...item.summary, ...item.content] : []))
    .map((part) => part.text)
    .join("");
}
