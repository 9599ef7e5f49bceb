import type {
  HistoryItem,
  ModelError,
  Notice,
  PrefillProgress,
  ServerState,
  TokenUsage,
} from "../protocol/index.ts";
import type { SentPrompt } from "./sent-prompt.ts";

/**
 * ModelEvent: what the wire tells the agent of a response while it comes, retries included. Deltas are for showing
 * and arrive at once. What is for keeping comes with the end.
 */
export type ModelEvent =
  | { readonly type: "prefill-progress"; readonly progress: PrefillProgress }
  /** From who asked the server beside the request; the wire itself never tells it. */
  | { readonly type: "server-state"; readonly state: ServerState }
  | { readonly type: "reasoning-delta"; readonly text: string }
  | { readonly type: "text-delta"; readonly text: string }
  /** `text`, all of it given out before, came under the wrong name: a closing tag told, or its absence. */
  | {
      readonly type: "response-reclassified";
      readonly as: "reasoning" | "text";
      readonly text: string;
      /** What it is with the calls that were quoted in it; absent if there are none. */
      readonly whole?: string;
    }
  /** A tool call grows: a sign of life. `text` is what its arguments grew by, where that can be told; it is not for showing. */
  | { readonly type: "call-delta"; readonly text: string }
  | { readonly type: "notice"; readonly notice: Notice }
  /** The deltas since the last attempt began are void. */
  | { readonly type: "response-discarded" };

/**
 * How a response ended: `items` each once and in the order the model produced them; `partial` is what had come by
 * then, calls left out.
 */
export type ModelEnd =
  | {
      readonly type: "completed";
      readonly items: readonly HistoryItem[];
      readonly completion: Completion;
      /** What was sent in the end, whatever had to be learnt before. */
      readonly prompt?: SentPrompt;
    }
  | { readonly type: "interrupted"; readonly partial: readonly HistoryItem[] }
  | { readonly type: "failed"; readonly error: ModelError; readonly partial: readonly HistoryItem[] };

/** The finish reason, normalised; the provider's own word is advice only. */
export type FinishReason = "stop" | "tool_calls" | "length" | "content_filter" | "error" | "incomplete";

export interface Completion {
  readonly finish: FinishReason;
  readonly usage: TokenUsage;
  readonly serverSpeed?: ServerSpeed;
  /**
   * Calls that were begun but must not be run: no name, or arguments that are not whole. Those with a name
   * are items as well, so that the model can be told what was wrong with them.
   */
  readonly invalidCalls: readonly InvalidCall[];
  /** Calls whose arguments were mended before they could be read. */
  readonly repairs: readonly ArgumentRepairs[];
  /** Neither text nor a call that can be run. */
  readonly isEmpty: boolean;
  /** The model's refusal in its own words, where the server tells it apart; it is part of the text as well. */
  readonly refusal?: string;
  /** Events of the stream that were no JSON and were passed over. */
  readonly unreadableEvents: number;
}

/** What the server itself says of its speed, in tokens a second. */
export interface ServerSpeed {
  /** `tokens`: those it read; what its cache held is not among them. */
  readonly prefill?: { readonly tokens: number; readonly tokensPerSecond: number };
  readonly decodeTokensPerSecond?: number;
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
