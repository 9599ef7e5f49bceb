import type { FunctionCallItem, HistoryItem, ModelFacts, ToolSpec } from "../../protocol/index.ts";
import { asArray, asObject, asText, type JsonObject } from "../json.ts";
import type { ModelEvent } from "../model-event.ts";
import type { ThinkingStart } from "../response-decoder.ts";
import type { Piece } from "../textcalls/piece.ts";
import { createTextCallScanner, type TextCallScanner } from "../textcalls/scanner.ts";
import { readContent } from "./content.ts";
import { createHarmonyDecoder, type HarmonySegment } from "./harmony.ts";
import { holdsContentOnly } from "./plain-chunk.ts";
import { readReasoning } from "./reasoning.ts";
import { createReasoningDetails } from "./reasoning-details.ts";
import { createThinkTagSplitter, type Segment } from "./think-tags.ts";
import { type AssembledCall, createCallAssembler } from "./tool-calls.ts";
import { createTranscript } from "./transcript.ts";

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
  const transcript = createTranscript();
  const assembler = createCallAssembler(offeredNames);
  const details = createReasoningDetails();
  const harmony = createHarmonyDecoder({ offeredNames });
  const harmonyCalls: AssembledCall[] = [];
  const thinkTags = createThinkTagSplitter(thinkingStart);
  const answerScanner = createTextCallScanner({ tools, place: "answer" });
  /** Most answers need none of them, and tables of markers take a while to make. */
  let fieldScanner: TextCallScanner | undefined;
  let thinkingScanner: TextCallScanner | undefined;
  let reasoningField: string | undefined;
  /** The last delta of words was thinking in a field of its own. */
  let isFieldOpen = false;
  let opensThinking: boolean | undefined;
  let hasNativeCalls = false;
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
      transcript.addReasoning(content.reasoning, undefined, events);
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
      transcript.isPlain &&
      holdsContentOnly(delta) &&
      answerScanner.pass(content);
    if (isPlain) {
      transcript.addText(content, events);
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
      transcript.addText(refusal, events);
    }
  }

  function addContent(segments: readonly HarmonySegment[], events: ModelEvent[]): void {
    for (const segment of segments) {
      switch (segment.kind) {
        case "plain":
          addTagged(thinkTags.push(segment.text), events);
          break;
        case "text":
          transcript.addText(segment.text, events);
          break;
        case "reasoning":
          transcript.addReasoning(segment.text, undefined, events);
          break;
        case "message":
          transcript.endParagraph();
          break;
        case "call":
          harmonyCalls.push(segment.call);
          transcript.markCalls(events);
          break;
        case "call-part":
          transcript.markCalls(events);
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
            transcript.addThinkingCalls(piece, events);
          } else {
            transcript.addTextCalls(piece, events);
          }
          break;
        case "trailer":
          transcript.addTrailer(piece.raw);
          break;
        case "thinking-closed":
          // A closing tag without an opening one: the template of the prompt had opened the thinking.
          opensThinking = true;
          transcript.becomeReasoning(events);
          break;
        default:
          piece satisfies never;
      }
    }
  }

  function addPiece(text: string, place: Place, events: ModelEvent[]): void {
    if (place === "text") {
      transcript.addText(text, events);
    } else if (place === "reasoning") {
      transcript.addReasoning(text, reasoningField, events);
    } else {
      transcript.addThinking(text, events);
    }
  }

  function addCall(entry: unknown, events: ModelEvent[]): void {
    const text = assembler.add(entry);
    if (text !== undefined) {
      // What was written out in the thinking before it was spoken of.
      transcript.settleThinkingCalls("quoted", events);
      hasNativeCalls = true;
      transcript.markCalls(events, text);
    }
  }

  function end(events: ModelEvent[], finish: ContentFinish): AssembledCall[] {
    addContent(harmony.end(), events);
    addTagged(thinkTags.end(), events);
    addPieces(thinkingScanner?.end() ?? [], "thinking", events);
    addPieces(fieldScanner?.end() ?? [], "reasoning", events);
    addPieces(answerScanner.end(), "text", events);
    endThinking(events, finish);
    return [...assembler.finish(), ...harmonyCalls, ...transcript.textCalls];
  }

  /** What is known of the thinking only now that nothing follows any more. */
  function endThinking(events: ModelEvent[], finish: ContentFinish): void {
    // Qwen3.5, DeepSeek V4 and others call from within the thinking, without closing it (llama.cpp tests it so).
    const hasSettled = transcript.settleThinkingCalls(finish === "cut" ? "quoted" : "meant", events);
    const isLikely = thinkingStart === "likely-open" && thinkTags.openedBy === "template";
    if (!hasSettled && isLikely && isAnswer(finish)) {
      opensThinking = transcript.becomeText(events).trim() === "" ? undefined : false;
    }
  }

  function isAnswer(finish: ContentFinish): boolean {
    return finish === "stopped" && thinkTags.isOpen && !hasNativeCalls && transcript.textCalls.length === 0;
  }

  return {
    push,
    pushPlain,
    end,
    get hasText() {
      return transcript.hasText;
    },
    get refusal() {
      return refusals.length === 0 ? undefined : refusals.join("");
    },
    get learnt() {
      return opensThinking === undefined ? undefined : { opensThinking };
    },
    items: (calls) => transcript.items(calls, details.finish()),
  };
}

/** Where a piece was found: in the answer, in a field of thinking, in thinking between tags. */
type Place = "text" | "reasoning" | "thinking";
