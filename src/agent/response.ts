import type { AgentEvent, ResponseTiming } from "../protocol/index.ts";
import type { Completion, ModelEnd, ModelEvent } from "../wire/index.ts";
import type { CutReason, StreamWatch } from "./guard/stream-watch.ts";

/** One model response, from the request to its end, with the times of it. `cut`: the loop guard would read no more. */
export type ResponseEnd =
  | (Extract<ModelEnd, { type: "completed" }> & { readonly timing: ResponseTiming })
  | (Pick<Extract<ModelEnd, { type: "interrupted" }>, "partial"> & {
      readonly type: "cut";
      readonly reason: CutReason;
    })
  | Extract<ModelEnd, { type: "interrupted" | "failed" }>;

export interface ResponseOptions {
  /** Aborted: the socket closes at once. */
  readonly signal: AbortSignal;
  readonly watch: StreamWatch;
  readonly emit: (event: AgentEvent) => void;
  readonly now: () => number;
}

type Ask = (options: {
  readonly signal: AbortSignal;
  readonly emit: (event: ModelEvent) => void;
}) => Promise<ModelEnd>;

/** Asks, and passes on what comes the moment it arrives. */
export async function readResponse(ask: Ask, options: ResponseOptions): Promise<ResponseEnd> {
  const { signal, watch, emit, now } = options;
  const startedMs = now();
  let firstTokenMs: number | undefined;
  let reason: CutReason | undefined;
  let isCut = false;
  let cutting: NodeJS.Immediate | undefined;
  // Of this request alone: what the guard cuts is not the turn.
  const own = new AbortController();
  const abort = () => own.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) {
    abort();
  }
  const cut = () => {
    isCut = true;
    own.abort();
  };
  const end = await ask({
    signal: own.signal,
    emit(event) {
      switch (event.type) {
        case "reasoning-delta":
        case "text-delta":
          if (isCut) {
            return;
          }
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
      reason = watch.push(event);
      // Not before all that has arrived is read: with it, the answer may be whole.
      if (reason !== undefined) {
        cutting ??= setImmediate(cut);
      } else if (cutting !== undefined) {
        clearImmediate(cutting);
        cutting = undefined;
      }
    },
  }).finally(() => {
    clearImmediate(cutting);
    signal.removeEventListener("abort", abort);
  });
  if (end.type === "completed") {
    return { ...end, timing: measure(end.completion, firstTokenMs, now() - startedMs) };
  }
  return reason === undefined || signal.aborted ? end : { type: "cut", reason, partial: end.partial };
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
