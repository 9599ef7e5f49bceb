import type { FunctionCallItem, HistoryItem, ToolSpec } from "../../protocol/index.ts";
import type { ModelEvent } from "../model-event.ts";
import { createTextCallScanner, type Piece } from "../textcalls/scanner.ts";
import { readContent } from "./content.ts";
import { createHarmonyDecoder, type HarmonySegment } from "./harmony.ts";
import { createItemBuilder } from "./item-builder.ts";
import { asArray, asObject, asText, type JsonObject } from "./json.ts";
import { readReasoning } from "./reasoning.ts";
import { createThinkTagSplitter, type Segment } from "./think-tags.ts";
import { type AssembledCall, createCallAssembler } from "./tool-calls.ts";

/**
 * What the model said in one response, put together from its deltas. Content goes through raw Harmony, then
 * thinking tags, then tool calls written as text; each passes on what it does not know.
 */
export interface ResponseContent {
  /** Takes the delta of a chunk; what can be shown of it is appended to `events`. */
  push(delta: JsonObject, events: ModelEvent[]): void;
  /** Gives out what was held back, and all calls: native ones first, then Harmony's, then those in the text. */
  end(events: ModelEvent[]): AssembledCall[];
  readonly hasText: boolean;
  /** The items in the order of the model, with the calls in their place. */
  items(calls: readonly FunctionCallItem[]): HistoryItem[];
}

export function createResponseContent(tools: readonly ToolSpec[]): ResponseContent {
  const offeredNames = new Set(tools.map((tool) => tool.name));
  const items = createItemBuilder();
  const assembler = createCallAssembler(offeredNames);
  const harmony = createHarmonyDecoder({ offeredNames });
  const harmonyCalls: AssembledCall[] = [];
  const thinkTags = createThinkTagSplitter();
  const answerScanner = createTextCallScanner({ tools, place: "answer" });
  const reasoningScanner = createTextCallScanner({ tools, place: "reasoning" });
  const textCalls: AssembledCall[] = [];
  let reasoningField: string | undefined;

  function push(delta: JsonObject, events: ModelEvent[]): void {
    const reasoning = readReasoning(delta);
    if (reasoning !== undefined) {
      reasoningField = reasoning.field;
      addPieces(reasoningScanner.push(reasoning.text), "reasoning", events);
    }
    const content = readContent(delta["content"]);
    if (content.reasoning !== "" && reasoning === undefined) {
      addReasoning(content.reasoning, undefined, events);
    }
    if (content.text !== "") {
      addPieces(reasoningScanner.end(), "reasoning", events);
      addContent(harmony.push(content.text), events);
    }
    const refusal = asText(delta["refusal"]);
    if (refusal !== undefined) {
      addText(refusal, events);
    }
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

  function addContent(segments: readonly HarmonySegment[], events: ModelEvent[]): void {
    for (const segment of segments) {
      switch (segment.kind) {
        case "plain":
          addAnswer(thinkTags.push(segment.text), events);
          break;
        case "text":
        case "reasoning":
          addSegments([segment], events);
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

  /** What is not in Harmony's channels may hold calls written out as text. */
  function addAnswer(segments: readonly Segment[], events: ModelEvent[]): void {
    for (const segment of segments) {
      if (segment.kind === "text") {
        addPieces(answerScanner.push(segment.text), "text", events);
      } else {
        addSegments([segment], events);
      }
    }
  }

  function addPieces(pieces: readonly Piece[], place: "text" | "reasoning", events: ModelEvent[]): void {
    for (const piece of pieces) {
      if (piece.kind !== "text") {
        const { id, name, argumentsText } = piece;
        textCalls.push({ id, name, argumentsText, whole: piece.kind === "call", repairs: [] });
        markCall(events);
      } else if (place === "text") {
        addText(piece.text, events);
      } else {
        addReasoning(piece.text, reasoningField, events);
      }
    }
  }

  function addSegments(segments: readonly Segment[], events: ModelEvent[]): void {
    for (const segment of segments) {
      if (segment.kind === "reasoning") {
        addReasoning(segment.text, undefined, events);
      } else {
        addText(segment.text, events);
      }
    }
  }

  function addText(text: string, events: ModelEvent[]): void {
    items.addText(text);
    appendDelta("text-delta", text, events);
  }

  function addReasoning(text: string, field: string | undefined, events: ModelEvent[]): void {
    items.addReasoning(text, field);
    appendDelta("reasoning-delta", text, events);
  }

  function addCall(entry: unknown, events: ModelEvent[]): void {
    if (!assembler.add(entry)) {
      return;
    }
    markCall(events);
  }

  function markCall(events: ModelEvent[]): void {
    items.markCalls();
    if (events.at(-1)?.type !== "call-delta") {
      events.push({ type: "call-delta" });
    }
  }

  function end(events: ModelEvent[]): AssembledCall[] {
    addContent(harmony.end(), events);
    addAnswer(thinkTags.end(), events);
    addPieces(reasoningScanner.end(), "reasoning", events);
    addPieces(answerScanner.end(), "text", events);
    return [...assembler.finish(), ...harmonyCalls, ...textCalls];
  }

  return {
    push,
    end,
    get hasText() {
      return items.hasText;
    },
    items: (calls) => items.finish(calls),
  };
}

/** Deltas of one kind that arrive in one read leave as one, so that they cost one write. */
function appendDelta(type: "text-delta" | "reasoning-delta", text: string, events: ModelEvent[]): void {
  const last = events.at(-1);
  if (last?.type === type) {
    events[events.length - 1] = { type, text: last.text + text };
  } else {
    events.push({ type, text });
  }
}
