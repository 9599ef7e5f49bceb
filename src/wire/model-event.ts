import type { HistoryItem, ModelError, Notice, PrefillProgress, TokenUsage } from "../protocol/index.ts";

/**
 * ModelEvent: what the wire tells the agent of one response, retries included.
 * Deltas are for showing and arrive at once; items are for keeping and come when the response is whole,
 * each exactly once and in the order the model produced them. The last event is `completed`,
 * `interrupted` or `failed`; `partial` is what had come by then, calls left out.
 */
export type ModelEvent =
  | { readonly type: "prefill-progress"; readonly progress: PrefillProgress }
  | { readonly type: "reasoning-delta"; readonly text: string }
  | { readonly type: "text-delta"; readonly text: string }
  /** A tool call grows: a sign of life. */
  | { readonly type: "call-delta" }
  | { readonly type: "notice"; readonly notice: Notice }
  /** The deltas since the last attempt began are void. */
  | { readonly type: "response-discarded" }
  | { readonly type: "item"; readonly item: HistoryItem }
  | { readonly type: "completed"; readonly completion: Completion }
  | { readonly type: "interrupted"; readonly partial: readonly HistoryItem[] }
  | { readonly type: "failed"; readonly error: ModelError; readonly partial: readonly HistoryItem[] };

/** The finish reason, normalised; the provider's own word is advice only. */
export type FinishReason = "stop" | "tool_calls" | "length" | "content_filter" | "error" | "incomplete";

export interface Completion {
  readonly finish: FinishReason;
  readonly usage: TokenUsage;
  /** Decode speed as the server itself states it (llama.cpp `timings`), in tokens per second. */
  readonly tokensPerSecond?: number;
  /**
   * Calls that were begun but must not be run: no name, or arguments that are not whole. Those with a name
   * are items as well, so that the model can be told what was wrong with them.
   */
  readonly invalidCalls: readonly InvalidCall[];
  /** Calls whose arguments were mended before they could be read. */
  readonly repairs: readonly ArgumentRepairs[];
  /** Neither text nor a call that can be run. */
  readonly isEmpty: boolean;
  /** Events of the stream that were no JSON and were passed over. */
  readonly unreadableEvents: number;
}

export interface ArgumentRepairs {
  readonly name: string;
  readonly repairs: readonly string[];
}

export interface InvalidCall {
  readonly id: string;
  readonly name: string | null;
  readonly argumentsText: string;
}
