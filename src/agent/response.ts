import type { AgentEvent, ResponseTiming, TokenUsage } from "../protocol/index.ts";
import type { ModelEnd, ModelEvent } from "../wire/index.ts";
import type { CutReason, StreamWatch } from "./guard/stream-watch.ts";
import { measureResponse } from "./response-timing.ts";

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
  /** Of the response before, where this prompt begins with that one and its answer. */
  readonly before: TokenUsage | undefined;
}

type Ask = (options: {
  readonly signal: AbortSignal;
  readonly emit: (event: ModelEvent) => void;
}) => Promise<ModelEnd>;

/** Asks, and passes on what comes the moment it arrives. */
export async function readResponse(ask: Ask, options: ResponseOptions): Promise<ResponseEnd> {
  const { signal, watch, emit, now, before } = options;
  const startedMs = now();
  let firstTokenMs: number | undefined;
  let hasWaited = false;
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
          emit({ type: "call-delta", characters: event.text.length });
          break;
        case "notice":
          // A model that is loaded, a request that is made again: the wait is not one for the prompt.
          hasWaited ||= event.notice.kind !== "window-learnt";
          emit(event);
          break;
        case "server-state":
          hasWaited ||= event.state.kind !== "reading";
          emit(event);
          break;
        case "prefill-progress":
        case "response-reclassified":
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
    const clock = { firstTokenMs, totalMs: now() - startedMs, hasWaited };
    return { ...end, timing: measureResponse(end.completion, clock, before) };
  }
  return reason === undefined || signal.aborted ? end : { type: "cut", reason, partial: end.partial };
}
