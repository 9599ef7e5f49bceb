import type { AgentEvent, ResponseTiming } from "../protocol/index.ts";
import type { Completion, ModelEnd, ModelEvent } from "../wire/index.ts";

/** One model response, from the request to its end, with the times of it. */
export type ResponseEnd =
  | (Extract<ModelEnd, { type: "completed" }> & { readonly timing: ResponseTiming })
  | Extract<ModelEnd, { type: "interrupted" | "failed" }>;

/** Asks, and passes on what comes the moment it arrives. */
export async function readResponse(
  ask: (emit: (event: ModelEvent) => void) => Promise<ModelEnd>,
  emit: (event: AgentEvent) => void,
  now: () => number,
): Promise<ResponseEnd> {
  const startedMs = now();
  let firstTokenMs: number | undefined;
  const end = await ask((event) => {
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
      case "response-reclassified":
      case "notice":
        emit(event);
        break;
      case "response-discarded":
        firstTokenMs = undefined;
        emit(event);
        break;
      default:
        event satisfies never;
    }
  });
  return end.type === "completed"
    ? { ...end, timing: measure(end.completion, firstTokenMs, now() - startedMs) }
    : end;
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
