import { asText, type JsonObject } from "../json.ts";
import type { ModelEvent } from "../model-event.ts";
import { readReasoningItem } from "./item-shapes.ts";
import type { Runs } from "./runs.ts";
import type { ReasoningField, ReasoningSlot, Slot } from "./slot.ts";
import { createSlots, type Place } from "./slots.ts";
import { createStreamedText } from "./streamed-text.ts";

/** The thinking in the output. */
interface ReasoningTrack {
  add(place: Place): void;
  addDelta(place: Place, field: ReasoningField, delta: ReasoningDelta, events: ModelEvent[]): void;
  /** A new part of the summary is a new paragraph. */
  startPart(place: Place): void;
  endPart(place: Place, field: ReasoningField, text: string, events: ModelEvent[]): void;
  endItem(place: Place, item: JsonObject, events: ModelEvent[]): void;
  endResponse(place: Place, item: JsonObject, events: ModelEvent[]): void;
}

interface ReasoningDelta {
  readonly text: string;
  readonly summaryIndex: number | undefined;
}

const PARAGRAPH = "\n\n";

export function createReasoningTrack(runs: Runs<Slot>): ReasoningTrack {
  const slots = createSlots<ReasoningSlot>();

  function add(place: Place): ReasoningSlot {
    const slot: ReasoningSlot = {
      kind: "reasoning",
      index: place.index,
      id: place.id,
      encrypted: undefined,
      content: createStreamedText(PARAGRAPH),
      summary: createStreamedText(PARAGRAPH),
      shown: undefined,
      summaryIndex: undefined,
      startsParagraph: false,
      isDone: false,
    };
    slots.add(place, slot);
    return slot;
  }

  function slotAt(place: Place, phase: "delta" | "end"): ReasoningSlot {
    return slots.find(place) ?? slots.open(place, phase) ?? add(place);
  }

  function show(slot: ReasoningSlot, field: ReasoningField, text: string, events: ModelEvent[]): void {
    if (text === "" || (slot.shown !== undefined && slot.shown !== field)) {
      return;
    }
    const isContinued = slot.shown !== undefined && slot.startsParagraph;
    slot.shown = field;
    slot.startsParagraph = false;
    runs.pushReasoning(slot, isContinued ? PARAGRAPH + text : text, events);
  }

  function startPart(slot: ReasoningSlot): void {
    slot.summary.startPart();
    slot.startsParagraph = true;
  }

  function endItem(slot: ReasoningSlot, item: JsonObject, events: ModelEvent[]): void {
    const isPlaced = slot.shown !== undefined || (slot.isDone && slot.encrypted !== undefined);
    slot.isDone = true;
    slot.id = asText(item["id"]) ?? slot.id;
    slot.encrypted = asText(item["encrypted_content"]) ?? slot.encrypted;
    const texts = readReasoningItem(item);
    // LocalAI streams the thinking with its tags as text and tells it once more at the end (LocalAI#9658).
    if (!runs.hasInlineReasoning) {
      showRest(slot, "content", texts.content, events);
      showRest(slot, "summary", texts.summary, events);
    }
    if (!isPlaced && slot.shown === undefined && slot.encrypted !== undefined) {
      runs.place(slot, events);
    }
  }

  function showRest(
    slot: ReasoningSlot,
    field: ReasoningField,
    texts: readonly string[],
    events: ModelEvent[],
  ): void {
    const rest = slot[field].endItem(texts.join(PARAGRAPH));
    const isNewPart = slot.shown === field && rest.startsWith(PARAGRAPH);
    slot.startsParagraph = isNewPart;
    show(slot, field, isNewPart ? rest.slice(PARAGRAPH.length) : rest, events);
  }

  return {
    add(place) {
      add(place);
    },
    addDelta(place, field, { text, summaryIndex }, events) {
      const slot = slotAt(place, "delta");
      if (summaryIndex !== slot.summaryIndex && slot.summaryIndex !== undefined) {
        startPart(slot);
      }
      slot.summaryIndex = summaryIndex;
      slot[field].add(text);
      show(slot, field, text, events);
    },
    startPart(place) {
      startPart(slotAt(place, "delta"));
    },
    endPart(place, field, text, events) {
      const slot = slotAt(place, "end");
      if (!runs.hasInlineReasoning || slot.shown !== undefined) {
        show(slot, field, slot[field].endPart(text), events);
      }
      slot.startsParagraph = true;
    },
    endItem(place, item, events) {
      endItem(slotAt(place, "end"), item, events);
    },
    endResponse(place, item, events) {
      const slot = slots.find(place) ?? (slots.isEmpty ? add(place) : undefined);
      if (slot !== undefined) {
        endItem(slot, item, events);
      }
    },
  };
}
