import type { FunctionCallItem, HistoryItem, ModelFacts, ToolSpec } from "../../protocol/index.ts";
import { appendDelta, noteCall } from "../append-event.ts";
import { type ContentFinish, createResponseContent, type ResponseContent } from "../chat/response-content.ts";
import type { AssembledCall } from "../chat/tool-calls.ts";
import type { ModelEvent } from "../model-event.ts";
import type { ThinkingStart } from "../response-decoder.ts";

/**
 * The output in the order it came: runs of text, of thinking, and calls. Text and thinking go through the reading of
 * Chat Completions, since local servers leak thinking tags, Harmony and calls written as text on this API, too.
 */
export interface Runs<Slot> {
  pushText(
    slot: Slot,
    delta: { readonly content: string } | { readonly refusal: string },
    events: ModelEvent[],
  ): void;
  pushReasoning(slot: Slot, text: string, events: ModelEvent[]): void;
  /** An item that shows no text by itself takes its place here. */
  place(slot: Slot, events: ModelEvent[]): void;
  /** Ends the run that is open; nothing of it is held back any more. */
  close(events: ModelEvent[], finish: ContentFinish): void;
  /** All runs, each closed. */
  readonly all: readonly Run<Slot>[];
  readonly hasText: boolean;
  readonly refusal: string | undefined;
  readonly learnt: ModelFacts | undefined;
  /** Thinking came in the text, so that the server's own account of it would be a second one. */
  readonly hasInlineReasoning: boolean;
}

export interface Run<Slot> {
  readonly kind: "text" | "reasoning" | "bare";
  readonly slot: Slot;
  /** Calls found in the text. */
  readonly calls: readonly AssembledCall[];
  items(calls: readonly FunctionCallItem[]): readonly HistoryItem[];
}

interface OpenRun<Slot> extends Run<Slot> {
  calls: readonly AssembledCall[];
  readonly content: ResponseContent | undefined;
}

interface RunsOptions {
  readonly tools: readonly ToolSpec[];
  readonly thinkingStart: ThinkingStart;
}

export function createRuns<Slot>({ tools, thinkingStart }: RunsOptions): Runs<Slot> {
  const runs: OpenRun<Slot>[] = [];
  /** Undefined when the last run is closed. */
  let open: OpenRun<Slot> | undefined;
  let lastTextSlot: Slot | undefined;
  let hasInlineReasoning = false;

  function start(kind: Run<Slot>["kind"], slot: Slot, events: ModelEvent[]): OpenRun<Slot> {
    // Calls in the thinking that something follows were spoken of, not made.
    close(events, "cut");
    const content = kind === "bare" ? undefined : createContent();
    open = { kind, slot, content, calls: [], items: (calls) => content?.items(calls) ?? calls };
    runs.push(open);
    return open;
  }

  /** Only the very beginning of the answer can have been opened by the prompt. */
  function createContent(): ResponseContent {
    return createResponseContent({ tools, thinkingStart: runs.length === 0 ? thinkingStart : "tagged" });
  }

  function close(events: ModelEvent[], finish: ContentFinish): void {
    if (open?.content !== undefined) {
      open.calls = passOn((own) => open?.content?.end(own, finish) ?? [], open.kind, events);
    }
    open = undefined;
  }

  /** Deltas of one kind that arrive in one read leave as one. */
  function passOn<Result>(
    produce: (own: ModelEvent[]) => Result,
    kind: Run<Slot>["kind"],
    events: ModelEvent[],
  ): Result {
    const own: ModelEvent[] = [];
    const result = produce(own);
    for (const event of own) {
      if (kind === "text" && isReasoning(event)) {
        hasInlineReasoning = true;
      }
      append(event, events);
    }
    return result;
  }

  return {
    pushText(slot, delta, events) {
      const run = open?.kind === "text" ? open : start("text", slot, events);
      const isNext = lastTextSlot !== slot && run.content?.hasText === true;
      lastTextSlot = slot;
      passOn(
        (own) => {
          // Two messages in a row are two paragraphs to whoever reads them.
          if (isNext) {
            run.content?.push({ content: "\n\n" }, own);
          }
          run.content?.push(delta, own);
        },
        "text",
        events,
      );
    },
    pushReasoning(slot, text, events) {
      const run = open?.kind === "reasoning" && open.slot === slot ? open : start("reasoning", slot, events);
      passOn((own) => run.content?.push({ reasoning_content: text }, own), "reasoning", events);
    },
    place(slot, events) {
      start("bare", slot, events);
      open = undefined;
    },
    close,
    get all() {
      return runs;
    },
    get hasText() {
      return runs.some((run) => run.content?.hasText === true);
    },
    get refusal() {
      const refusals = runs.flatMap((run) => run.content?.refusal ?? []);
      return refusals.length === 0 ? undefined : refusals.join("");
    },
    get learnt() {
      return runs[0]?.content?.learnt;
    },
    get hasInlineReasoning() {
      return hasInlineReasoning;
    },
  };
}

function isReasoning(event: ModelEvent): boolean {
  return (
    event.type === "reasoning-delta" || (event.type === "response-reclassified" && event.as === "reasoning")
  );
}

function append(event: ModelEvent, events: ModelEvent[]): void {
  switch (event.type) {
    case "text-delta":
    case "reasoning-delta":
      appendDelta(event.type, event.text, events);
      break;
    case "call-delta":
      noteCall(events, event.text);
      break;
    default:
      events.push(event);
  }
}
