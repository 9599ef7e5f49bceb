import type { FunctionCallItem, TokenUsage } from "../protocol/index.ts";
import type { AssembledCall } from "./chat/tool-calls.ts";
import type { ArgumentRepairs, Completion, FinishReason, InvalidCall, ServerSpeed } from "./model-event.ts";

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

export function toCallItem({ call, id }: SettledCall): FunctionCallItem[] {
  if (call.name === null) {
    return [];
  }
  return [{ type: "function_call", name: call.name, arguments: call.argumentsText, call_id: id }];
}

/** What is known of a response when it is over, whatever its API. */
export interface ResponseFacts {
  readonly finish: FinishReason;
  readonly calls: readonly SettledCall[];
  readonly usage: TokenUsage | undefined;
  /** llama.cpp's counts, where there is no usage. */
  readonly timings: TokenUsage | undefined;
  readonly speed: ServerSpeed | undefined;
  readonly content: { readonly hasText: boolean; readonly refusal: string | undefined };
  readonly unreadableEvents: number;
}

export function completionOf(facts: ResponseFacts): Completion {
  const { finish, calls, usage, timings, speed, content, unreadableEvents } = facts;
  const runnable = calls.filter((call) => isRunnable(call, finish));
  return {
    finish: runnable.length > 0 && finish === "stop" ? "tool_calls" : finish,
    usage: usage ?? timings ?? {},
    ...(speed === undefined ? {} : { serverSpeed: speed }),
    invalidCalls: calls.filter((call) => !isRunnable(call, finish)).map(toInvalidCall),
    repairs: calls.flatMap(toRepairs),
    ...(content.refusal === undefined ? {} : { refusal: content.refusal }),
    isEmpty: !content.hasText && runnable.length === 0,
    unreadableEvents,
  };
}

/** A call cut off by the output limit may parse and still lack its end: it is never run. */
function isRunnable({ call }: SettledCall, finish: FinishReason): boolean {
  return call.whole && finish !== "length" && finish !== "incomplete" && finish !== "error";
}

function toRepairs({ call: { name, repairs } }: SettledCall): ArgumentRepairs[] {
  return name === null || repairs.length === 0 ? [] : [{ name, repairs }];
}

function toInvalidCall({ call, id }: SettledCall): InvalidCall {
  return { id, name: call.name, argumentsText: call.argumentsText };
}
