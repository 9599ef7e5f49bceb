import type { AgentEvent, HistoryItem, LoopError, Notice } from "../../protocol/index.ts";
import type { Completion } from "../../wire/index.ts";
import {
  AFTER_ANNOUNCEMENT,
  AFTER_ENDLESS_ARGUMENTS,
  AFTER_REPETITION,
  AFTER_SILENCE,
  afterThinking,
} from "./advice.ts";
import type { CallGuard } from "./guard-call.ts";
import { withoutRepetition } from "./repetition.ts";
import type { GuardSettings } from "./settings.ts";
import type { CutReason } from "./stream-watch.ts";
import { createTally, type GuardTally } from "./tally.ts";

/** What the loop guard knows of one turn. It never does anything for ever: each of its helps has a number. */
export interface TurnGuard {
  readonly tally: GuardTally;
  /** Of an answer that was not read to its end: what of it goes into the history, and how it goes on. */
  cut(reason: CutReason, partial: readonly HistoryItem[]): Cut;
  /** Of an answer without a call: what the user is told, and the model, if it shall go on. */
  nudge(items: readonly HistoryItem[], completion: Completion): Promise<Nudge | undefined>;
  /** For the calls of a response; undefined where the user has switched it off. */
  calls(): Promise<CallGuard | undefined>;
  /** The model no longer has its earlier results before it, and may ask for them again. */
  forgetCalls(): void;
}

export interface Nudge {
  readonly notice: Notice;
  /** A message to the model, as if from the user. */
  readonly message?: string;
}

export interface Cut {
  readonly items: readonly HistoryItem[];
  readonly next: Required<Nudge> | LoopError;
}

export function createTurnGuard(settings: GuardSettings, emit: (event: AgentEvent) => void): TurnGuard {
  const tally = createTally();
  const nudged = new Set<Notice["kind"]>();
  let repeatedTexts = 0;
  /** In a row: a call or an answer between two of them makes the second a first one. */
  let reasoningCuts = 0;
  let callGuard: CallGuard | undefined;

  function cut(reason: CutReason, partial: readonly HistoryItem[]): Cut {
    switch (reason.kind) {
      case "repeated-text": {
        const { place, unit } = reason;
        tally.count("repeatedTexts");
        repeatedTexts += 1;
        const items = partial.map(withoutRepetitions).filter((item) => !isBlank(item));
        if (repeatedTexts > 1) {
          return { items, next: { kind: "loop", problem: { type: "repeated_text", unit } } };
        }
        const message = place === "arguments" ? AFTER_ENDLESS_ARGUMENTS : AFTER_REPETITION;
        return { items, next: { notice: { kind: "repeated-text", place, unit }, message } };
      }
      case "reasoning-budget": {
        const { tokens } = reason;
        tally.count("reasoningCuts");
        reasoningCuts += 1;
        if (reasoningCuts > 1) {
          return { items: partial, next: { kind: "loop", problem: { type: "reasoning_budget", tokens } } };
        }
        const message = afterThinking(tokens, thoughtsOf(partial));
        return { items: partial, next: { notice: { kind: "reasoning-cut", tokens }, message } };
      }
      default:
        return reason satisfies never;
    }
  }

  async function nudge(items: readonly HistoryItem[], completion: Completion): Promise<Nudge | undefined> {
    const found = await unfinished(items, completion);
    if (found === undefined || !settings.unfinishedAnswers) {
      return undefined;
    }
    if (!nudged.has(found.notice.kind)) {
      nudged.add(found.notice.kind);
      tally.count("nudges");
      return found;
    }
    // An empty answer fails, which says it all.
    return found.notice.kind === "empty-answer"
      ? undefined
      : { notice: { kind: "unfinished-answer", step: "left" } };
  }

  return {
    tally,
    cut,
    nudge(items, completion) {
      if (!completion.isEmpty) {
        reasoningCuts = 0;
      }
      return nudge(items, completion);
    },
    async calls() {
      reasoningCuts = 0;
      if (settings.repeatedCalls && callGuard === undefined) {
        const { createCallGuard } = await import("./guard-call.ts");
        callGuard = createCallGuard({ tally, emit });
      }
      callGuard?.beginResponse();
      return callGuard;
    },
    forgetCalls() {
      callGuard?.forget();
    },
  };
}

async function unfinished(
  items: readonly HistoryItem[],
  completion: Completion,
): Promise<Required<Nudge> | undefined> {
  if (completion.isEmpty) {
    return { notice: { kind: "empty-answer" }, message: AFTER_SILENCE };
  }
  if (completion.finish !== "stop" || completion.refusal !== undefined) {
    return undefined;
  }
  // Needed once an answer, when the model is done: the start of the program need not wait for it.
  const { announcesStep } = await import("./unfinished.ts");
  const said = items.findLast((item) => item.type === "message");
  return said !== undefined && announcesStep(textOf(said))
    ? { notice: { kind: "unfinished-answer", step: "told" }, message: AFTER_ANNOUNCEMENT }
    : undefined;
}

function withoutRepetitions(item: HistoryItem): HistoryItem {
  const shorten = <Part extends object>(part: Part): Part =>
    "text" in part && typeof part.text === "string" ? { ...part, text: withoutRepetition(part.text) } : part;
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
