import type { FunctionCallItem } from "../../src/protocol/index.ts";
import { createBodyReader } from "../../src/wire/body/body-reader.ts";
import type { ModelEvent } from "../../src/wire/index.ts";
import type { DecodedResponse, ResponseDecoder } from "../../src/wire/response-decoder.ts";

export interface Replayed extends DecodedResponse {
  readonly events: readonly ModelEvent[];
}

/** An answer that came in these pieces and then ended, or broke off, as the wire reads it. */
export function replay(
  decoder: ResponseDecoder,
  pieces: readonly Uint8Array[],
  how: "ends" | "breaks" = "ends",
): Replayed {
  const events: ModelEvent[] = [];
  const reader = createBodyReader(decoder, events);
  const hasEnough = pieces.some((bytes) => reader.push(bytes) === "ended");
  if (how === "ends" || hasEnough) {
    reader.end();
  }
  return { ...decoder.end(events), events };
}

/** What would be run of an answer, as name and arguments: nothing of one that is not whole. */
export function runnableCalls({ items, completion, error }: DecodedResponse): string[] {
  if (error !== undefined || completion.finish === "incomplete") {
    return [];
  }
  // The agent reports calls cut off at the limit; all others it prepares, and runs those it can read.
  const cutOff = completion.finish === "length" ? completion.invalidCalls.map((call) => call.id) : [];
  return items
    .filter((item): item is FunctionCallItem => item.type === "function_call")
    .filter((call) => !cutOff.includes(call.call_id) && isObject(call.arguments))
    .map((call) => `${call.name} ${call.arguments}`);
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
