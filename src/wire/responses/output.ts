import type { ModelFacts, ToolSpec } from "../../protocol/index.ts";
import type { ContentFinish } from "../chat/response-content.ts";
import { asNumber, asObject, asText, type JsonObject } from "../json.ts";
import type { ModelEvent } from "../model-event.ts";
import type { ThinkingStart } from "../response-decoder.ts";
import { type CallAtEnd, createCallTrack } from "./call-track.ts";
import { kindOf, placeOf, readCall, readMessage, textOf } from "./item-shapes.ts";
import { createMessageTrack } from "./message-track.ts";
import { createReasoningTrack } from "./reasoning-track.ts";
import { createRuns } from "./runs.ts";
import { type Segment, toSegments } from "./segments.ts";
import type { Slot } from "./slot.ts";

/** What a delta adds to. `content` and `summary` are the two tellings of the thinking; `input` is a custom tool's. */
export type Track = "text" | "refusal" | "content" | "summary" | "arguments" | "input";

/** The output of one response, put together from events that say the same several times, or not at all. */
export interface Output {
  addDelta(track: Track, event: JsonObject, events: ModelEvent[]): void;
  /** The whole of a part: only what has not come as deltas is new. */
  endPart(track: Track, event: JsonObject, value: unknown, events: ModelEvent[]): void;
  startSummaryPart(event: JsonObject): void;
  addItem(event: JsonObject, events: ModelEvent[]): void;
  endItem(event: JsonObject, events: ModelEvent[]): void;
  /** The output as the end of the response tells it: what never came is taken from there. */
  endResponse(response: JsonObject, finish: ContentFinish, events: ModelEvent[]): void;
  finish(finish: ContentFinish, events: ModelEvent[]): Segment[];
  readonly hasText: boolean;
  readonly refusal: string | undefined;
  readonly learnt: ModelFacts | undefined;
  /** The server says of a call that it did not come to its end. */
  readonly hasCutCall: boolean;
}

interface OutputOptions {
  readonly tools: readonly ToolSpec[];
  readonly thinkingStart: ThinkingStart;
}

export function createOutput(options: OutputOptions): Output {
  const runs = createRuns<Slot>(options);
  const messages = createMessageTrack(runs);
  const reasoning = createReasoningTrack(runs);
  const calls = createCallTrack(runs, options.tools);

  function addDelta(track: Track, event: JsonObject, events: ModelEvent[]): void {
    const place = placeOf(event);
    const text = textOf(event["delta"]);
    switch (track) {
      case "text":
      case "refusal":
        messages.addDelta(place, track, text, events);
        break;
      case "content":
      case "summary":
        reasoning.addDelta(place, track, { text, summaryIndex: asNumber(event["summary_index"]) }, events);
        break;
      case "arguments":
      case "input":
        calls.addDelta(place, { text, isCustom: track === "input" }, events);
        break;
      default:
        track satisfies never;
    }
  }

  function endPart(track: Track, event: JsonObject, value: unknown, events: ModelEvent[]): void {
    const place = placeOf(event);
    switch (track) {
      case "text":
      case "refusal":
        messages.endPart(place, track, textOf(value), events);
        break;
      case "content":
      case "summary":
        reasoning.endPart(place, track, textOf(value), events);
        break;
      case "arguments":
      case "input": {
        const name = asText(event["name"]);
        calls.endPart(place, { name, value, isCustom: track === "input" }, events);
        break;
      }
      default:
        track satisfies never;
    }
  }

  function addItem(event: JsonObject, events: ModelEvent[]): void {
    const item = asObject(event["item"]) ?? {};
    const place = placeOf(event, item);
    switch (kindOf(item)) {
      case "message":
        messages.add(place);
        break;
      case "reasoning":
        reasoning.add(place);
        break;
      case "call":
        calls.add(place, readCall(item), events);
        break;
      case undefined:
        break;
    }
  }

  function endItem(event: JsonObject, events: ModelEvent[]): void {
    const item = asObject(event["item"]) ?? {};
    const place = placeOf(event, item);
    switch (kindOf(item)) {
      case "message":
        messages.endItem(place, readMessage(item), events);
        break;
      case "reasoning":
        reasoning.endItem(place, item, events);
        break;
      case "call":
        calls.endItem(place, readCall(item), events);
        break;
      case undefined:
        break;
    }
  }

  function endResponse(response: JsonObject, finish: ContentFinish, events: ModelEvent[]): void {
    const told: CallAtEnd[] = [];
    // What is held back may be a call, which the end tells as well.
    runs.close(events, finish);
    const items = Array.isArray(response["output"]) ? response["output"].map(asObject) : [];
    const isOnlyTelling = runs.all.length === 0;
    for (const [index, item] of items.entries()) {
      if (item === undefined) {
        continue;
      }
      const place = placeOf({ output_index: index }, item);
      const kind = kindOf(item);
      if (isOnlyTelling) {
        endItem({ item, output_index: index }, events);
      } else if (kind === "message") {
        messages.endResponse(place, readMessage(item), events);
      } else if (kind === "reasoning") {
        reasoning.endResponse(place, item, events);
      } else if (kind === "call") {
        told.push({ place, parts: readCall(item) });
      }
    }
    calls.endResponse(told, events);
    const outputText = textOf(response["output_text"]);
    if (!runs.hasText && outputText !== "") {
      messages.endPart({ id: undefined, index: undefined }, "text", outputText, events);
    }
  }

  return {
    addDelta,
    endPart,
    startSummaryPart: (event) => reasoning.startPart(placeOf(event)),
    addItem,
    endItem,
    endResponse,
    finish(finish, events) {
      runs.close(events, finish);
      return toSegments(runs.all, calls);
    },
    get hasText() {
      return runs.hasText;
    },
    get refusal() {
      return runs.refusal;
    },
    get learnt() {
      return runs.learnt;
    },
    get hasCutCall() {
      return calls.hasCut;
    },
  };
}
