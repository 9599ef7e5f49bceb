/** One bounded question to a model, and all that could be seen of its answer. */
import type { Config } from "../../config/index.ts";
import type { HttpClient } from "../../net/index.ts";
import type { EndpointMemory, HistoryItem, ModelError, ToolSpec } from "../../protocol/index.ts";
import { type Completion, type Endpoint, streamModel } from "../../wire/index.ts";

interface Question {
  readonly instructions: string;
  readonly items: readonly HistoryItem[];
  readonly tools?: readonly ToolSpec[];
  readonly answerSchema?: { readonly name: string; readonly schema: object };
  /** Called in the moment the first piece of an answer is there. */
  readonly onFirst?: () => void;
  /** Ends this question alone. */
  readonly cancel?: AbortSignal;
}

export type Answer =
  | {
      readonly type: "answered";
      readonly items: readonly HistoryItem[];
      readonly completion: Completion;
      readonly pace: Pace;
    }
  | { readonly type: "failed"; readonly error: ModelError }
  /** Nothing, or not all, within the time given. */
  | { readonly type: "late"; readonly withinMs: number; readonly hasBegun: boolean }
  /** By the user, or by `cancel`. */
  | { readonly type: "cancelled"; readonly pace: Pace };

/** By the clock, from when the question left. */
export interface Pace {
  /** Absent where nothing came. */
  readonly firstMs?: number;
  readonly totalMs: number;
  /** Pieces of thinking, text and calls: as many as there were reads of the connection that brought some. */
  readonly pieces: number;
}

/** Asks; never throws for what a server does. */
export type Ask = (question: Question) => Promise<Answer>;

export interface AskerOptions {
  readonly config: Config;
  readonly endpoint: Endpoint;
  readonly http: HttpClient;
  /** What a refusal teaches is kept there, as in every run. */
  readonly memory: EndpointMemory;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

export function createAsker(options: AskerOptions): Ask {
  const { config, http, memory, timeoutMs } = options;
  // A fault is to be seen, not to be got over.
  const endpoint = { ...options.endpoint, requestMaxRetries: 0, streamMaxRetries: 0 };
  return async ({ instructions, items, tools = [], answerSchema, onFirst, cancel }) => {
    const ending = new AbortController();
    const end = () => ending.abort();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      end();
    }, timeoutMs);
    const signals = [options.signal, ...(cancel === undefined ? [] : [cancel])];
    for (const signal of signals) {
      signal.addEventListener("abort", end, { once: true });
    }
    if (signals.some(({ aborted }) => aborted)) {
      end();
    }
    const startedMs = performance.now();
    let firstMs: number | undefined;
    let pieces = 0;
    const pace = () => ({
      ...(firstMs === undefined ? {} : { firstMs }),
      totalMs: performance.now() - startedMs,
      pieces,
    });
    try {
      const answer = await streamModel(
        {
          model: config.model,
          instructions,
          items,
          tools,
          settings: { ...config.generation, extraBody: config.provider.extraBody },
          ...(answerSchema === undefined ? {} : { answerSchema }),
        },
        endpoint,
        {
          http,
          memory,
          signal: ending.signal,
          random: Math.random,
          newCallId: () => `call_${crypto.randomUUID().replaceAll("-", "")}`,
          emit({ type }) {
            if (type === "reasoning-delta" || type === "text-delta" || type === "call-delta") {
              pieces += 1;
              if (firstMs === undefined) {
                firstMs = performance.now() - startedMs;
                onFirst?.();
              }
            } else if (type === "response-discarded") {
              [firstMs, pieces] = [undefined, 0];
            }
          },
        },
      );
      switch (answer.type) {
        case "completed":
          return { type: "answered", items: answer.items, completion: answer.completion, pace: pace() };
        case "failed":
          return { type: "failed", error: answer.error };
        case "interrupted":
          return isLate
            ? { type: "late", withinMs: timeoutMs, hasBegun: firstMs !== undefined }
            : { type: "cancelled", pace: pace() };
        default:
          return answer satisfies never;
      }
    } finally {
      clearTimeout(timer);
      for (const signal of signals) {
        signal.removeEventListener("abort", end);
      }
    }
  };
}

export function userSays(text: string): HistoryItem {
  return { type: "message", role: "user", content: [{ type: "input_text", text }] };
}

/** What the model said, without its thinking. */
export function textOf(items: readonly HistoryItem[]): string {
  return items
    .flatMap((item) => (item.type === "message" && item.role === "assistant" ? item.content : []))
    .map((part) => (part.type === "input_image" ? "" : part.text))
    .join("");
}
