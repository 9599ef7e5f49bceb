import type { ToolSpec } from "../../protocol/index.ts";
import { noteCall } from "../append-event.ts";
import type { AssembledCall } from "../chat/tool-calls.ts";
import type { ModelEvent } from "../model-event.ts";
import { assembleCall, createCallSlot, fillArguments, fillCall } from "./call-slot.ts";
import type { CallParts } from "./item-shapes.ts";
import { matchCalls } from "./match-calls.ts";
import type { Runs } from "./runs.ts";
import type { CallSlot, Slot } from "./slot.ts";
import { createSlots, type Place } from "./slots.ts";

/** The calls in the output that came as such. */
export interface CallTrack {
  add(place: Place, parts: CallParts, events: ModelEvent[]): void;
  addDelta(place: Place, delta: CallDelta, events: ModelEvent[]): void;
  endPart(place: Place, end: CallEnd, events: ModelEvent[]): void;
  endItem(place: Place, parts: CallParts, events: ModelEvent[]): void;
  /** All of them, as the end of the response tells them. */
  endResponse(told: readonly CallAtEnd[], events: ModelEvent[]): void;
  /** None, if there was nothing in it. */
  assemble(slot: CallSlot): readonly AssembledCall[];
  /** The server says of a call that it did not come to its end. */
  readonly hasCut: boolean;
}

interface CallDelta {
  readonly text: string;
  readonly isCustom: boolean;
}

interface CallEnd {
  readonly name: string | undefined;
  readonly value: unknown;
  readonly isCustom: boolean;
}

export interface CallAtEnd {
  readonly place: Place;
  readonly parts: CallParts;
}

export function createCallTrack(runs: Runs<Slot>, tools: readonly ToolSpec[]): CallTrack {
  const offeredNames = new Set(tools.map((tool) => tool.name));
  const slots = createSlots<CallSlot>();
  const all: CallSlot[] = [];

  function add(place: Place, events: ModelEvent[]): CallSlot {
    const slot = createCallSlot(place);
    slots.add(place, slot);
    all.push(slot);
    runs.place(slot, events);
    return slot;
  }

  function slotAt(place: Place, phase: "delta" | "end", events: ModelEvent[]): CallSlot {
    return slots.find(place) ?? openSlot(place, phase) ?? add(place, events);
  }

  /** Two ids are two calls, whereas one of them may be missing. */
  function openSlot(place: Place, phase: "delta" | "end"): CallSlot | undefined {
    const open = slots.open(place, phase);
    return open?.itemId === undefined || place.id === undefined ? open : undefined;
  }

  function fill(slot: CallSlot, parts: CallParts, events: ModelEvent[]): void {
    fillCall(slot, parts);
    if (slot.callId !== undefined) {
      slots.alias(slot.callId, slot);
    }
    noteCall(events);
  }

  function named(parts: CallParts): CallSlot | undefined {
    return parts.callId === undefined ? undefined : slots.find({ id: parts.callId, index: undefined });
  }

  return {
    add(place, parts, events) {
      const known = slots.find(place);
      const isSaidTwice =
        known !== undefined && !known.isDone && known.itemId === place.id && known.index === place.index;
      fill(isSaidTwice ? known : add(place, events), parts, events);
    },
    addDelta(place, { text, isCustom }, events) {
      const slot = slotAt(place, "delta", events);
      slot.isCustom ||= isCustom;
      slot.streamed.push(text);
      noteCall(events, text);
    },
    endPart(place, { name, value, isCustom }, events) {
      const slot = slotAt(place, "end", events);
      slot.isCustom ||= isCustom;
      slot.name ??= name;
      fillArguments(slot, value);
      noteCall(events);
    },
    endItem(place, parts, events) {
      const slot = slots.find(place) ?? named(parts) ?? openSlot(place, "end") ?? add(place, events);
      fill(slot, parts, events);
      slot.isDone = true;
    },
    endResponse(told, events) {
      const known = [
        ...all.map((slot) => ({ owner: slot, call: assembleCall(slot, offeredNames) })),
        ...runs.all.flatMap((run) => run.calls).map((call) => ({ owner: undefined, call })),
      ];
      const entries = told.map(({ place, parts }) => {
        const slot = createCallSlot(place);
        fillCall(slot, parts);
        const byItem = place.id === undefined ? undefined : slots.find({ id: place.id, index: undefined });
        return { place, parts, call: assembleCall(slot, offeredNames), named: byItem ?? named(parts) };
      });
      for (const { told: entry, owner } of matchCalls(entries, known)) {
        fill(owner ?? add(entry.place, events), entry.parts, events);
      }
    },
    assemble(slot) {
      const call = assembleCall(slot, offeredNames);
      return call === undefined ? [] : [call];
    },
    get hasCut() {
      return all.some((slot) => slot.isCut);
    },
  };
}
