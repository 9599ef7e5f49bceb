import type { FunctionCallItem, HistoryItem, ModelFacts, ToolSpec } from "../../protocol/index.ts";
import { appendDelta, noteCall } from "../append-event.ts";
import { asArray, asObject, asText, type JsonObject } from "../json.ts";
import type { ModelEvent } from "../model-event.ts";
import type { ThinkingStart } from "../response-decoder.ts";
import type { Piece } from "../textcalls/piece.ts";
import { createTextCallScanner, type TextCallScanner } from "../textcalls/scanner.ts";
import { readContent } from "./content.ts";
import { createHarmonyDecoder, type HarmonySegment } from "./harmony.ts";
import { createItemBuilder, type TextCalls } from "./item-builder.ts";
import { holdsContentOnly } from "./plain-chunk.ts";
import { readReasoning } from "./reasoning.ts";
import { createReasoningDetails } from "./reasoning-details.ts";
import { createThinkTagSplitter, type Segment } from "./think-tags.ts";
import { type AssembledCall, createCallAssembler } from "./tool-calls.ts";

/**
 * What the model said in one response, put together from its deltas. Content goes through raw Harmony, then
 * thinking tags, then tool calls written as text; each passes on what it does not know.
 */
export interface ResponseContent {
  /** Takes the delta of a chunk; what can be shown of it is appended to `events`. */
  push(delta: JsonObject, events: ModelEvent[]): void;
  /** Takes a delta that is nothing but a piece of an answer under way; false, and nothing taken, if it is more. The hot path. */
  pushPlain(delta: JsonObject, events: ModelEvent[]): boolean;
  /** Gives out what was held back, and all calls: native ones first, then Harmony's, then those in the text. */
  end(events: ModelEvent[], finish: ContentFinish): AssembledCall[];
  readonly hasText: boolean;
  readonly refusal: string | undefined;
  readonly learnt: ModelFacts | undefined;
  /** The items in the order of the model, with the calls in their place. */
  items(calls: readonly FunctionCallItem[]): HistoryItem[];
}

/** `stopped`: the model said all it had to say. `cut`: it was not let. */
export type ContentFinish = "stopped" | "calls" | "cut";

export interface ContentOptions {
  readonly tools: readonly ToolSpec[];
  readonly thinkingStart: ThinkingStart;
}

export function createResponseContent({ tools, thinkingStart }: ContentOptions): ResponseContent {
  const offeredNames = new Set(tools.map((tool) => tool.name));
  const items = createItemBuilder();
  const assembler = createCallAssembler(offeredNames);
  const details = createReasoningDetails();
  const harmony = createHarmonyDecoder({ offeredNames });
  const harmonyCalls: AssembledCall[] = [];
  const thinkTags = createThinkTagSplitter(thinkingStart);
  const answerScanner = createTextCallScanner({ tools, place: "answer" });
  /** Most answers need none of them, and tables of markers take a while to make. */
  let fieldScanner: TextCallScanner | undefined;
  let thinkingScanner: TextCallScanner | undefined;
  /** Calls at the end of the thinking: quoted there if anything follows, meant if the answer ends with them. */
  let pending: { raw: string; readonly calls: AssembledCall[] } | undefined;
  let reasoningField: string | undefined;
  /** The last delta of words was thinking in a field of its own. */
  let isFieldOpen = false;
  let opensThinking: boolean | undefined;
  let hasNativeCalls = false;
  /** A message of Harmony's is over: the next one is another paragraph. */
  let isNewParagraph = false;
  const refusals: string[] = [];

  function push(delta: JsonObject, events: ModelEvent[]): void {
    if (pushPlain(delta, events)) {
      return;
    }
    const reasoning = readReasoning(delta);
    if (reasoning !== undefined) {
      isFieldOpen = true;
      reasoningField = reasoning.field;
      settleThinking();
      fieldScanner ??= createTextCallScanner({ tools, place: "reasoning-field" });
      addPieces(fieldScanner.push(reasoning.text), "reasoning", events);
    }
    details.add(delta["reasoning_details"]);
    const content = readContent(delta["content"]);
    if (content.reasoning !== "" && reasoning === undefined) {
      settleThinking();
      addReasoning(content.reasoning, undefined, events);
    }
    if (content.text !== "") {
      isFieldOpen = false;
      addPieces(fieldScanner?.end() ?? [], "reasoning", events);
      addContent(harmony.push(content.text), events);
    }
    addRefusal(asText(delta["refusal"]) ?? asText(content.refusal), events);
    const calls = asArray(delta["tool_calls"]);
    if (calls.length > 0) {
      for (const call of calls) {
        addCall(call, events);
      }
    }
    // The form before tool_calls, still sent by old gateways.
    else if (asObject(delta["function_call"]) !== undefined) {
      addCall({ index: 0, function: delta["function_call"] }, events);
    }
  }

  function pushPlain(delta: JsonObject, events: ModelEvent[]): boolean {
    const content = delta["content"];
    const isPlain =
      typeof content === "string" &&
      harmony.isPlain &&
      thinkTags.isAnswering &&
      !isFieldOpen &&
      pending === undefined &&
      !isNewParagraph &&
      holdsContentOnly(delta) &&
      answerScanner.pass(content);
    if (isPlain) {
      items.addText(content);
      appendDelta("text-delta", content, events);
    }
    return isPlain;
  }

  /** The server tells thinking from answer itself. */
  function settleThinking(): void {
    thinkTags.settle();
    answerScanner.settleThinking();
    opensThinking = thinkingStart === "likely-open" ? false : undefined;
  }

  function addRefusal(refusal: string | undefined, events: ModelEvent[]): void {
    if (refusal !== undefined) {
      refusals.push(refusal);
      addText(refusal, events);
    }
  }

  function addContent(segments: readonly HarmonySegment[], events: ModelEvent[]): void {
    for (const segment of segments) {
      switch (segment.kind) {
        case "plain":
          addTagged(thinkTags.push(segment.text), events);
          break;
        case "text":
          addText(segment.text, events);
          break;
        case "reasoning":
          addReasoning(segment.text, undefined, events);
          break;
        case "message":
          isNewParagraph = items.hasText;
          break;
        case "call":
          harmonyCalls.push(segment.call);
          markCall(events);
          break;
        case "call-part":
          markCall(events);
          break;
        case "dropped":
          break;
        default:
          segment satisfies never;
      }
    }
  }

  /** What is not in Harmony's channels may hold thinking, and calls written out as text. */
  function addTagged(segments: readonly Segment[], events: ModelEvent[]): void {
    for (const segment of segments) {
      switch (segment.kind) {
        case "text":
          addPieces(answerScanner.push(segment.text), "text", events);
          break;
        case "reasoning":
          answerScanner.settleThinking();
          thinkingScanner ??= createTextCallScanner({ tools, place: "tagged-thinking" });
          addPieces(thinkingScanner.push(segment.text), "thinking", events);
          break;
        case "closed":
          answerScanner.settleThinking();
          addPieces(thinkingScanner?.end() ?? [], "thinking", events);
          noteClosed();
          break;
        case "wrapped":
          answerScanner.silence(segment.close);
          break;
        default:
          segment satisfies never;
      }
    }
  }

  function noteClosed(): void {
    // What began with a tag of the model's own was not begun by the template.
    if (thinkTags.openedBy === "tag") {
      opensThinking = thinkingStart === "likely-open" ? false : undefined;
    } else if (thinkingStart === "tagged") {
      opensThinking = true;
    }
  }

  function addPieces(pieces: readonly Piece[], place: Place, events: ModelEvent[]): void {
    for (const piece of pieces) {
      switch (piece.kind) {
        case "text":
          addPiece(piece.text, place, events);
          break;
        case "calls":
          if (place === "thinking" && !piece.isSpecialToken) {
            addPending(piece, events);
          } else {
            addTextCalls(piece, events);
          }
          break;
        case "trailer":
          if (pending !== undefined) {
            pending.raw += piece.raw;
          }
          break;
        case "thinking-closed":
          closeThinking(events);
          break;
        default:
          piece satisfies never;
      }
    }
  }

  function addPiece(text: string, place: Place, events: ModelEvent[]): void {
    if (place === "text") {
      addText(text, events);
    } else if (place === "reasoning") {
      addReasoning(text, reasoningField, events);
    } else if (pending !== undefined && text.trim() === "") {
      pending.raw += text;
    } else {
      releasePending(events);
      addReasoning(text, undefined, events);
    }
  }

  function addPending({ raw, calls }: TextCalls, events: ModelEvent[]): void {
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

  function addTextCalls({ raw, calls }: TextCalls, events: ModelEvent[]): void {
    releasePending(events);
    items.addTextCalls({ raw, calls });
    noteCall(events);
  }

  /** A closing tag without an opening one: the template of the prompt had opened the thinking. */
  function closeThinking(events: ModelEvent[]): void {
    const { text, whole, last } = items.becomeReasoning();
    pending = last === undefined ? undefined : { raw: last.raw, calls: [...last.calls] };
    opensThinking = true;
    if (text !== "") {
      const quoting = whole === text ? {} : { whole };
      events.push({ type: "response-reclassified", as: "reasoning", text, ...quoting });
    } else if (whole !== "") {
      appendDelta("reasoning-delta", whole, events);
    }
  }

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

  function addCall(entry: unknown, events: ModelEvent[]): void {
    if (!assembler.add(entry)) {
      return;
    }
    releasePending(events);
    hasNativeCalls = true;
    markCall(events);
  }

  function markCall(events: ModelEvent[]): void {
    items.markCalls();
    noteCall(events);
  }

  function end(events: ModelEvent[], finish: ContentFinish): AssembledCall[] {
    addContent(harmony.end(), events);
    addTagged(thinkTags.end(), events);
    addPieces(thinkingScanner?.end() ?? [], "thinking", events);
    addPieces(fieldScanner?.end() ?? [], "reasoning", events);
    addPieces(answerScanner.end(), "text", events);
    endThinking(events, finish);
    return [...assembler.finish(), ...harmonyCalls, ...items.textCalls];
  }

  /** What is known of the thinking only now that nothing follows any more. */
  function endThinking(events: ModelEvent[], finish: ContentFinish): void {
    if (pending !== undefined && finish === "cut") {
      releasePending(events);
    } else if (pending !== undefined) {
      // Qwen3.5, DeepSeek V4 and others call from within the thinking, without closing it (llama.cpp tests it so).
      const calls = pending;
      pending = undefined;
      addTextCalls(calls, events);
    } else if (thinkingStart === "likely-open" && thinkTags.openedBy === "template" && isAnswer(finish)) {
      const text = items.becomeText();
      opensThinking = text.trim() === "" ? undefined : false;
      if (text !== "") {
        events.push({ type: "response-reclassified", as: "text", text });
      }
    }
  }

  function isAnswer(finish: ContentFinish): boolean {
    return finish === "stopped" && thinkTags.isOpen && !hasNativeCalls && items.textCalls.length === 0;
  }

  return {
    push,
    pushPlain,
    end,
    get hasText() {
      return items.hasText;
    },
    get refusal() {
      return refusals.length === 0 ? undefined : refusals.join("");
    },
    get learnt() {
      return opensThinking === undefined ? undefined : { opensThinking };
    },
    items: (calls) => items.finish(calls, details.finish()),
  };
}

/** Where a piece was found: in the answer, in a field of thinking, in thinking between tags. */
type Place = "text" | "reasoning" | "thinking";
