import type { ModelEvent } from "../model-event.ts";
import type { MessageTexts } from "./item-shapes.ts";
import type { Runs } from "./runs.ts";
import type { MessageSlot, Slot } from "./slot.ts";
import { createSlots, type Place } from "./slots.ts";
import { createStreamedText } from "./streamed-text.ts";

type MessageField = "text" | "refusal";

/** The messages of the output. */
interface MessageTrack {
  add(place: Place): void;
  addDelta(place: Place, field: MessageField, delta: string, events: ModelEvent[]): void;
  endPart(place: Place, field: MessageField, text: string, events: ModelEvent[]): void;
  endItem(place: Place, texts: MessageTexts, events: ModelEvent[]): void;
  /** As the end of the response tells it. */
  endResponse(place: Place, texts: MessageTexts, events: ModelEvent[]): void;
}

export function createMessageTrack(runs: Runs<Slot>): MessageTrack {
  const slots = createSlots<MessageSlot>();

  function add(place: Place): MessageSlot {
    const { index } = place;
    const slot: MessageSlot = {
      kind: "message",
      index,
      text: createStreamedText(""),
      refusal: createStreamedText(""),
      isDone: false,
    };
    slots.add(place, slot);
    return slot;
  }

  function slotAt(place: Place, phase: "delta" | "end"): MessageSlot {
    return slots.find(place) ?? slots.open(place, phase) ?? add(place);
  }

  function show(slot: MessageSlot, field: MessageField, text: string, events: ModelEvent[]): void {
    if (text !== "") {
      runs.pushText(slot, field === "text" ? { content: text } : { refusal: text }, events);
    }
  }

  function endItem(place: Place, texts: MessageTexts, events: ModelEvent[]): void {
    const slot = slotAt(place, "end");
    slot.isDone = true;
    show(slot, "text", slot.text.endItem(texts.text), events);
    show(slot, "refusal", slot.refusal.endItem(texts.refusal), events);
  }

  return {
    add,
    addDelta(place, field, delta, events) {
      const slot = slotAt(place, "delta");
      slot[field].add(delta);
      show(slot, field, delta, events);
    },
    endPart(place, field, text, events) {
      const slot = slotAt(place, "end");
      show(slot, field, slot[field].endPart(text), events);
    },
    endItem,
    endResponse(place, texts, events) {
      if (slots.find(place) !== undefined || !runs.hasText) {
        endItem(place, texts, events);
      }
    },
  };
}
