import type { ContextFill, MessageItem, TokenUsage } from "../../protocol/index.ts";
import type { ModelRequest } from "../../wire/index.ts";
import { contextFill, measureParts, totalBytes } from "./meter.ts";

/** How much of the context window a conversation has used, and when it has to be summed up. Lives as long as a session. */
export interface ContextBudget {
  /** Tokens the model can hold, as configured or as the server has told; undefined where nobody told. */
  readonly window: number | undefined;
  /** The window is the user's word, or the server's in this session: not one of an earlier session, which may be out of date. */
  readonly isWindowSure: boolean;
  /** The ratio of tokens to bytes is the server's own count, not the usual one. */
  readonly isCounted: boolean;
  /** Tokens of a prompt from which on the conversation is summed up; undefined: never by itself. */
  readonly limit: number | undefined;
  /** Room for the summary's own tokens. */
  readonly summaryTokens: number;
  /** Learns from what the server counted how many tokens a byte of this conversation is. */
  observe(request: ModelRequest, usage: TokenUsage): void;
  /** The server has said how much it holds, when it refused a prompt. */
  learnWindow(tokens: number): void;
  fill(request: ModelRequest, head: readonly MessageItem[]): ContextFill;
  /** How many bytes a token of this conversation is, by what is known so far. */
  readonly bytesPerToken: number;
}

export interface ContextBudgetOptions {
  readonly window: number | undefined;
  /** The window was told in an earlier session. */
  readonly windowIsRemembered?: boolean;
  /** `model_auto_compact_token_limit`. */
  readonly limit?: number;
  /** `model_max_output_tokens`: an answer of that length must have room. */
  readonly maxOutputTokens?: number;
}

/** English text and code; the server's own count soon replaces it. */
const USUAL_TOKENS_PER_BYTE = 1 / 4;
/** A server that reports less has cut the prompt or counts only what was not cached; one that reports more counts pictures. */
const TOKENS_PER_BYTE = { least: 0.15, most: 1 };

/** A prompt too short to learn from: its template weighs more than its text. */
const LEAST_TOKENS_TO_LEARN = 200;

export function createContextBudget(options: ContextBudgetOptions): ContextBudget {
  let { window } = options;
  let isWindowSure = window !== undefined && options.windowIsRemembered !== true;
  let isCounted = false;
  let tokensPerByte = USUAL_TOKENS_PER_BYTE;
  return {
    get window() {
      return window;
    },
    get isWindowSure() {
      return isWindowSure;
    },
    get isCounted() {
      return isCounted;
    },
    get limit() {
      return limitOf(window, options);
    },
    get summaryTokens() {
      return between(512, Math.floor((window ?? 0) / 10), 4_096);
    },
    observe(request, { inputTokens }) {
      if (inputTokens !== undefined && inputTokens >= LEAST_TOKENS_TO_LEARN) {
        const ratio = inputTokens / totalBytes(measureParts(request, []));
        tokensPerByte = between(TOKENS_PER_BYTE.least, ratio, TOKENS_PER_BYTE.most);
        isCounted = true;
      }
    },
    learnWindow(tokens) {
      window = tokens;
      isWindowSure = true;
    },
    get bytesPerToken() {
      return 1 / tokensPerByte;
    },
    fill: (request, head) => contextFill(measureParts(request, head), tokensPerByte, window),
  };
}

/**
 * A fifth of the window stays free, for the answer to the last prompt before the limit and the outputs it leads to. The
 * configured limit counts as far as it leaves that room: beyond, the server would refuse the request for the summary too.
 */
function limitOf(window: number | undefined, options: ContextBudgetOptions): number | undefined {
  if (window === undefined) {
    return options.limit;
  }
  const forAnswer = Math.min(options.maxOutputTokens ?? 0, Math.floor(window / 2));
  const roomy = window - Math.max(forAnswer, between(1_024, Math.floor(window / 5), 16_384));
  const limit = Math.max(roomy, Math.floor(window / 2));
  return options.limit === undefined ? limit : Math.min(options.limit, limit);
}

function between(least: number, value: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
