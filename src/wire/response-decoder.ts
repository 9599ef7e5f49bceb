import type { HistoryItem, ModelError, ModelFacts, ToolSpec } from "../protocol/index.ts";
import type { SseFrame } from "./body/sse.ts";
import type { Completion, ModelEvent } from "./model-event.ts";

/**
 * Decodes one response, of whatever API: frames in, events out. Pure: no clock, no network, no log.
 * Knows no server by name; what servers do differently is read off the shape of what they send.
 */
export interface ResponseDecoder {
  /** Decodes one frame; deltas are appended to `events`, those of one kind in a row as one. */
  push(frame: SseFrame, events: ModelEvent[]): void;
  /** A body that is one JSON value, or a page, instead of a stream. */
  pushBody(text: string, events: ModelEvent[]): void;
  /** True after `[DONE]` or an error: nothing that follows counts. */
  readonly ended: boolean;
  /** A finish reason was given; usage, `[DONE]` and even a last call may still follow. */
  readonly finishing: boolean;
  /** Flushes what was held back and tells how the response ended. */
  end(events: ModelEvent[]): DecodedResponse;
}

export interface DecodedResponse {
  readonly items: readonly HistoryItem[];
  readonly completion: Completion;
  readonly error?: ModelError;
  /** What this response taught about the model, to be remembered. */
  readonly learnt?: ModelFacts;
}

export interface DecoderOptions {
  readonly offeredTools: readonly ToolSpec[];
  /** Makes an id for a call that came without one; distinct within the session. */
  readonly newCallId: () => string;
  readonly thinkingStart: ThinkingStart;
}

/**
 * Whether the answer begins inside the thinking, because the template of the prompt opened it. `likely`: an
 * earlier answer of this model did; if this one never closes it, it was answer after all.
 */
export type ThinkingStart = "tagged" | "likely-open" | "open";
