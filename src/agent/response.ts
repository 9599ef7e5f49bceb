import type { AgentEvent, HistoryItem, ModelError, ResponseTiming } from "../protocol/index.ts";
import type { Completion, ModelEvent } from "../wire/index.ts";

/** One model response, from the request to its last event. */
export type ResponseEnd =
  | {
      readonly type: "completed";
      readonly items: readonly HistoryItem[];
      readonly completion: Completion;
      readonly timing: ResponseTiming;
    }
  | { readonly type: "interrupted"; readonly partial: readonly HistoryItem[] }
  | { readonly type: "failed"; readonly error: ModelError; readonly partial: readonly HistoryItem[] };

/** Passes deltas on the moment they arrive and collects the items. */
export async function readResponse(
  events: AsyncIterable<ModelEvent>,
  emit: (event: AgentEvent) => void,
  now: () => number,
): Promise<ResponseEnd> {
  const startedMs = now();
  let firstTokenMs: number | undefined;
  const items: HistoryItem[] = [];
  for await (const event of events) {
    switch (event.type) {
      case "reasoning-delta":
      case "text-delta":
        firstTokenMs ??= now() - startedMs;
        emit(event);
        break;
      case "call-delta":
        firstTokenMs ??= now() - startedMs;
        break;
      case "prefill-progress":
      case "notice":
        emit(event);
        break;
      case "response-discarded":
        firstTokenMs = undefined;
        emit(event);
        break;
      case "item":
        items.push(event.item);
        break;
      case "completed": {
        const timing = measure(event.completion, firstTokenMs, now() - startedMs);
        return { type: "completed", items, completion: event.completion, timing };
      }
      case "interrupted":
      case "failed":
        return event;
      default:
        event satisfies never;
    }
  }
  throw new Error("the wire ended a response without its final event");
}

function measure(completion: Completion, firstTokenMs: number | undefined, totalMs: number): ResponseTiming {
  const isShort = (completion.usage.outputTokens ?? LEAST_TOKENS) < LEAST_TOKENS;
  const stated = isShort ? undefined : completion.tokensPerSecond;
  const speed = stated ?? measuredSpeed(completion, firstTokenMs, totalMs);
  return {
    totalMs,
    ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
    ...(speed === undefined ? {} : { tokensPerSecond: speed }),
  };
}

/** A speed says something only of a stream that was not over at once. */
const LEAST_TOKENS = 10;
const LEAST_DECODE_MS = 100;

function measuredSpeed(
  completion: Completion,
  firstTokenMs: number | undefined,
  totalMs: number,
): number | undefined {
  const tokens = completion.usage.outputTokens;
  if (tokens === undefined || firstTokenMs === undefined) {
    return undefined;
  }
  const decodeMs = totalMs - firstTokenMs;
  return decodeMs < LEAST_DECODE_MS || tokens < LEAST_TOKENS ? undefined : ((tokens - 1) * 1000) / decodeMs;
}
