import { type AssembledCall, createCallAssembler } from "../chat/tool-calls.ts";
import { asObject, asText, parseJson } from "../json.ts";
import type { CallParts } from "./item-shapes.ts";
import type { CallSlot } from "./slot.ts";
import type { Place } from "./slots.ts";

export function createCallSlot({ id, index }: Place): CallSlot {
  return {
    kind: "call",
    index,
    itemId: id,
    callId: undefined,
    name: undefined,
    streamed: [],
    whole: undefined,
    isCustom: false,
    isCut: false,
    isDone: false,
  };
}

/** What comes later is fuller than what came before; an empty field takes nothing away. */
export function fillCall(slot: CallSlot, parts: CallParts): void {
  slot.callId = parts.callId ?? slot.callId;
  slot.name = parts.name ?? slot.name;
  slot.isCustom ||= parts.isCustom;
  slot.isCut = parts.isCut;
  fillArguments(slot, parts.argumentsValue);
}

export function fillArguments(slot: CallSlot, value: unknown): void {
  if (asText(value) !== undefined || asObject(value) !== undefined) {
    slot.whole = value;
  }
}

/**
 * The call, if there was anything in it. What was streamed counts if it is whole, since some gateways say `{}` at the
 * end; what is said at the end counts otherwise (with some models, nothing is streamed before it: litellm#27144).
 */
export function assembleCall(slot: CallSlot, offeredNames: ReadonlySet<string>): AssembledCall | undefined {
  const assembler = createCallAssembler(offeredNames);
  // Where a server gives a call one id only, its output can go by no other.
  assembler.add({ id: slot.callId ?? slot.itemId, name: slot.name, arguments: argumentsOf(slot) });
  const [call] = assembler.finish();
  return call !== undefined && slot.isCut ? { ...call, whole: false } : call;
}

function argumentsOf(slot: CallSlot): unknown {
  const streamed = slot.streamed.join("");
  if (slot.isCustom) {
    return JSON.stringify({ input: asText(slot.whole) ?? streamed });
  }
  return asObject(parseJson(streamed)) === undefined ? (slot.whole ?? streamed) : streamed;
}
