import type { HistoryItem, MessageItem, Plan } from "../../protocol/index.ts";
import { truncateMiddle } from "../../tools/index.ts";
import type { ModelEnd } from "../../wire/index.ts";
import { userMessage } from "../initial-context.ts";
import { itemBytes } from "./meter.ts";
import summaryPrompt from "./summary-prompt.md";

/** The question for a summary, in the user's own words where they are configured. */
export function summaryQuestion(tokens: number, ownPrompt: string | undefined): string {
  // Three quarters of a token make a word; the rest is for what does not keep to a limit.
  return ownPrompt ?? summaryPrompt.trimEnd().replace("WORDS", String(Math.floor((tokens * 3) / 5)));
}

/**
 * The longest beginning of the history that fits, as the number of its items. It ends where a request may end: behind the
 * user's words or behind the outputs of all calls made.
 */
export function fittingPrefix(items: readonly HistoryItem[], maxBytes: number): number {
  let bytes = 0;
  let fitting = 0;
  const open = new Set<string>();
  for (const [index, item] of items.entries()) {
    bytes += itemBytes(item);
    if (bytes > maxBytes) {
      break;
    }
    if (item.type === "function_call") {
      open.add(item.call_id);
    }
    if (item.type === "function_call_output") {
      open.delete(item.call_id);
    }
    const isEnd = item.type === "function_call_output" || item.type === "message";
    if (isEnd && open.size === 0) {
      fitting = index + 1;
    }
  }
  return fitting;
}

/** The text of the answer; undefined where the model called a tool instead, or said nothing. */
export function readSummary(end: Extract<ModelEnd, { type: "completed" }>): string | undefined {
  const text = end.items
    .flatMap((item) => (item.type === "message" ? item.content : []))
    .map((part) => ("text" in part ? part.text : ""))
    .join("")
    .trim();
  return text === "" ? undefined : text;
}

export interface NewBeginning {
  /** Instructions and facts, as they stood at the head of the conversation. */
  readonly head: readonly MessageItem[];
  /** All that the user has said, oldest first. */
  readonly userTexts: readonly string[];
  readonly plan: Plan | undefined;
  readonly summary: string | undefined;
  /** What came after the part that was summed up. */
  readonly tail: readonly HistoryItem[];
  /** For the user's words, and for each output of the tail; all of the tail gets four times as much. */
  readonly maxBytes: number;
}

/** The history that the next request begins with. */
export function newBeginning(facts: NewBeginning): HistoryItem[] {
  const { head, userTexts, plan, summary, tail, maxBytes } = facts;
  const sections = [
    "[The conversation so far was summed up, to make room in the context window.]",
    `What the user said, oldest first:\n\n${quoteAll(userTexts, maxBytes)}`,
    ...(plan === undefined ? [] : [`The plan:\n\n${planText(plan)}`]),
    `Your own note on the work so far:\n\n${summary ?? "(no summary available)"}`,
    "Go on with the task from here.",
  ];
  return [...head, userMessage(sections.join("\n\n")), ...lastOf(tail, maxBytes)];
}

/** As much of the end as has room, from the beginning of a response on. The user's words are quoted elsewhere. */
function lastOf(tail: readonly HistoryItem[], maxBytes: number): HistoryItem[] {
  const items = tail
    .filter((item) => item.type !== "message" || item.role !== "user")
    .map((item) => shorten(item, maxBytes));
  let start = items.length;
  let bytes = 0;
  for (const [index, item] of [...items.entries()].toReversed()) {
    bytes += itemBytes(item);
    if (bytes > 4 * maxBytes) {
      break;
    }
    const before = items[index - 1];
    if (before === undefined || (before.type === "function_call_output" && item.type !== before.type)) {
      start = index;
    }
  }
  return items.slice(start);
}

/** The newest words count most: what has no room is left out from the oldest on. */
function quoteAll(texts: readonly string[], maxBytes: number): string {
  const quoted: string[] = [];
  let room = maxBytes;
  for (const text of texts.toReversed()) {
    if (room <= LEAST_BYTES) {
      quoted.unshift("[earlier messages are left out]");
      break;
    }
    const kept = cut(text, room);
    quoted.unshift(`<message>\n${kept}\n</message>`);
    room -= Buffer.byteLength(kept);
  }
  return quoted.join("\n");
}

const LEAST_BYTES = 400;

function planText({ steps }: Plan): string {
  const marks = { completed: "[x]", in_progress: "[>]", pending: "[ ]" } as const;
  return steps.map(({ step, status }) => `${marks[status]} ${step}`).join("\n");
}

function shorten(item: HistoryItem, maxBytes: number): HistoryItem {
  return item.type === "function_call_output" ? { ...item, output: cut(item.output, maxBytes) } : item;
}

function cut(text: string, maxBytes: number): string {
  return truncateMiddle(text, { bytes: Math.max(LEAST_BYTES, maxBytes), lines: Number.POSITIVE_INFINITY });
}
