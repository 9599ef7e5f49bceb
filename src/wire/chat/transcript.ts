import type { FunctionCallItem, HistoryItem } from "../../protocol/index.ts";
import { appendDelta, noteCall } from "../append-event.ts";
import type { ModelEvent } from "../model-event.ts";
import { createItemBuilder, type TextCalls } from "./item-builder.ts";
import type { AssembledCall } from "./tool-calls.ts";

/**
 * What was understood of the content, twice: as items to keep and as events to show, so that the two can't differ.
 * Calls written into thinking between tags wait here: quoted if anything follows, meant if the answer ends with them.
 */
export interface Transcript {
  addText(text: string, events: ModelEvent[]): void;
  /** The next text is another paragraph, if there was text before it. */
  endParagraph(): void;
  addReasoning(text: string, field: string | undefined, events: ModelEvent[]): void;
  /** Thinking between tags; white space does not part a call from the end. */
  addThinking(text: string, events: ModelEvent[]): void;
  addThinkingCalls(found: TextCalls, events: ModelEvent[]): void;
  addTextCalls(found: TextCalls, events: ModelEvent[]): void;
  /** What belongs to the call before it. */
  addTrailer(raw: string): void;
  /** Calls of another form have their place here; `text` is what their arguments grew by. */
  markCalls(events: ModelEvent[], text?: string): void;
  /** All text so far was thinking. */
  becomeReasoning(events: ModelEvent[]): void;
  /** All thinking so far was the answer; returns its text. */
  becomeText(events: ModelEvent[]): string;
  /** Nothing follows: decides on calls that wait; false if none do. */
  settleThinkingCalls(verdict: "quoted" | "meant", events: ModelEvent[]): boolean;
  /** Nothing waits, so that text can be added as it is. */
  readonly isPlain: boolean;
  readonly hasText: boolean;
  readonly textCalls: readonly AssembledCall[];
  items(calls: readonly FunctionCallItem[], details: readonly unknown[]): HistoryItem[];
}

export function createTranscript(): Transcript {
  const items = createItemBuilder();
  let pending: { raw: string; readonly calls: AssembledCall[] } | undefined;
  let isNewParagraph = false;

  function addText(text: string, events: ModelEvent[]): void {
    if (pending !== undefined && text.trim() !== "") {
      releasePending(events);
    }
    const shown = isNewParagraph ? `\n\n${text}` : text;
    isNewParagraph = false;
    items.addText(shown);
    appendDelta("text-delta", shown, events);
  }

  function addReasoning(text: string, field: string | undefined, events: ModelEvent[]): void {
    items.addReasoning(text, field);
    appendDelta("reasoning-delta", text, events);
  }

  function addThinking(text: string, events: ModelEvent[]): void {
    if (pending !== undefined && text.trim() === "") {
      pending.raw += text;
    } else {
      releasePending(events);
      addReasoning(text, undefined, events);
    }
  }

  function addThinkingCalls({ raw, calls }: TextCalls, events: ModelEvent[]): void {
    if (calls.every((call) => call.whole)) {
      pending ??= { raw: "", calls: [] };
      pending.raw += raw;
      pending.calls.push(...calls);
    } else {
      releasePending(events);
      addReasoning(raw, undefined, events);
    }
  }

  /** Something follows them: they were spoken of, not made. */
  function releasePending(events: ModelEvent[]): void {
    const quoted = pending;
    pending = undefined;
    if (quoted !== undefined) {
      addReasoning(quoted.raw, undefined, events);
    }
  }

  function addTextCalls(found: TextCalls, events: ModelEvent[]): void {
    releasePending(events);
    items.addTextCalls(found);
    noteCall(events);
  }

  function becomeReasoning(events: ModelEvent[]): void {
    const { text, whole, last } = items.becomeReasoning();
    pending = last === undefined ? undefined : { raw: last.raw, calls: [...last.calls] };
    if (text !== "") {
      const quoting = whole === text ? {} : { whole };
      events.push({ type: "response-reclassified", as: "reasoning", text, ...quoting });
    } else if (whole !== "") {
      appendDelta("reasoning-delta", whole, events);
    }
  }

  function becomeText(events: ModelEvent[]): string {
    const text = items.becomeText();
    if (text !== "") {
      events.push({ type: "response-reclassified", as: "text", text });
    }
    return text;
  }

  function settleThinkingCalls(verdict: "quoted" | "meant", events: ModelEvent[]): boolean {
    const calls = pending;
    if (calls === undefined) {
      return false;
    }
    if (verdict === "quoted") {
      releasePending(events);
    } else {
      pending = undefined;
      addTextCalls(calls, events);
    }
    return true;
  }

  return {
    addText,
    endParagraph() {
      isNewParagraph = items.hasText;
    },
    addReasoning,
    addThinking,
    addThinkingCalls,
    addTextCalls,
    addTrailer(raw) {
      if (pending !== undefined) {
        pending.raw += raw;
      }
    },
    markCalls(events, text) {
      items.markCalls();
      noteCall(events, text);
    },
    becomeReasoning,
    becomeText,
    settleThinkingCalls,
    get isPlain() {
      return pending === undefined && !isNewParagraph;
    },
    get hasText() {
      return items.hasText;
    },
    get textCalls() {
      return items.textCalls;
    },
    items: items.finish,
  };
}
