import type { FunctionCallItem } from "../protocol/index.ts";
import type { AssembledCall } from "./chat/tool-calls.ts";
import type { ArgumentRepairs, FinishReason, InvalidCall } from "./model-event.ts";

/** A call with the id its output will go by. */
interface SettledCall {
  readonly call: AssembledCall;
  readonly id: string;
}

/** Outputs find their calls by id, so a call without one, or with one that was given before, gets a new one. */
export function withDistinctIds(calls: readonly AssembledCall[], newCallId: () => string): SettledCall[] {
  const given = new Set<string>();
  return calls.map((call) => {
    const id = call.id === undefined || given.has(call.id) ? newCallId() : call.id;
    given.add(id);
    return { call, id };
  });
}

/** A call cut off by the output limit may parse and still lack its end: it is never run. */
export function isRunnable({ call }: SettledCall, finish: FinishReason): boolean {
  return call.whole && finish !== "length" && finish !== "incomplete" && finish !== "error";
}

export function toCallItem({ call, id }: SettledCall): FunctionCallItem[] {
  if (call.name === null) {
    return [];
  }
  return [{ type: "function_call", name: call.name, arguments: call.argumentsText, call_id: id }];
}

export function toRepairs({ call: { name, repairs } }: SettledCall): ArgumentRepairs[] {
  return name === null || repairs.length === 0 ? [] : [{ name, repairs }];
}

export function toInvalidCall({ call, id }: SettledCall): InvalidCall {
  return { id, name: call.name, argumentsText: call.argumentsText };
}
