/** What `leat debug decode` prints: the outcome of one request, in the words of fixtures/wire/README.md. Pure. */
import type {
  HistoryItem,
  ModelError,
  ModelErrorKind,
  PrefillProgress,
  ServerErrorKind,
  TokenUsage,
} from "../protocol/index.ts";
import {
  type Completion,
  type ContextFacts,
  type ExchangeEnd,
  isContextTruncated,
  type ModelEvent,
} from "../wire/index.ts";

export interface DecodeResult {
  readonly text: string;
  readonly reasoning: string;
  readonly tool_calls: readonly {
    readonly id: string;
    readonly name: string;
    readonly arguments: unknown;
  }[];
  readonly invalid_tool_calls: readonly { readonly name: string | null; readonly arguments_raw: string }[];
  readonly finish: Completion["finish"];
  /** Known counts only; null where nothing is known. */
  readonly usage: Readonly<Record<string, number>> | null;
  readonly error: DecodedError | null;
  readonly empty_answer: boolean;
  readonly progress: { readonly processed: number; readonly total: number; readonly cache?: number } | null;
  readonly warning: "context_truncated" | "unparsable_event" | null;
  readonly refusal: string | null;
}

interface DecodedError {
  readonly kind: ListedKind;
  readonly message: string;
  readonly retryable: boolean;
  readonly status?: number;
  readonly parameter?: string;
  readonly n_ctx?: number;
  readonly n_prompt_tokens?: number;
  readonly retry_after_s?: number;
}

/** Everything that became of the request; an answer that was interrupted is not shown. */
export type Outcome = Exclude<ExchangeEnd, { type: "interrupted" }>;

export function toDecodeResult(
  outcome: Outcome,
  events: readonly ModelEvent[],
  contextFacts: ContextFacts,
): DecodeResult {
  const shown = foldEvents(events);
  const error = outcome.type === "completed" ? null : toError(outcome.error);
  if (outcome.type === "rejected") {
    return { ...NOTHING, finish: error === null ? "incomplete" : "error", error };
  }
  const { items, completion } = outcome.response;
  const { refusal } = completion;
  return {
    text: refusal === undefined ? shown.text : withoutEnd(shown.text, refusal),
    reasoning: shown.reasoning,
    tool_calls: runnableCalls(items, completion),
    invalid_tool_calls: completion.invalidCalls.map(({ name, argumentsText }) => ({
      name,
      arguments_raw: argumentsText,
    })),
    finish: error === null ? completion.finish : "error",
    usage: toUsage(completion.usage),
    error,
    empty_answer: error === null && completion.isEmpty,
    progress: shown.progress === undefined ? null : toProgress(shown.progress),
    warning: warningOf(completion, contextFacts),
    refusal: refusal ?? null,
  };
}

const NOTHING = {
  text: "",
  reasoning: "",
  tool_calls: [],
  invalid_tool_calls: [],
  usage: null,
  empty_answer: false,
  progress: null,
  warning: null,
  refusal: null,
} as const;

interface Shown {
  readonly text: string;
  readonly reasoning: string;
  readonly progress: PrefillProgress | undefined;
}

/** What a front end holds in the end: text that came under the wrong name stands under the right one. */
function foldEvents(events: readonly ModelEvent[]): Shown {
  let text = "";
  let reasoning = "";
  let progress: PrefillProgress | undefined;
  for (const event of events) {
    switch (event.type) {
      case "text-delta":
        text += event.text;
        break;
      case "reasoning-delta":
        reasoning += event.text;
        break;
      case "response-reclassified":
        if (event.as === "reasoning") {
          text = withoutEnd(text, event.text);
          reasoning += event.whole ?? event.text;
        } else {
          reasoning = withoutEnd(reasoning, event.text);
          text += event.text;
        }
        break;
      case "prefill-progress":
        progress = event.progress;
        break;
      case "server-state":
      case "call-delta":
      case "notice":
      case "response-discarded":
        break;
      default:
        event satisfies never;
    }
  }
  return { text, reasoning, progress };
}

function withoutEnd(text: string, end: string): string {
  return text.endsWith(end) ? text.slice(0, text.length - end.length) : text;
}

function runnableCalls(items: readonly HistoryItem[], completion: Completion): DecodeResult["tool_calls"] {
  const invalid = new Set(completion.invalidCalls.map(({ id }) => id));
  return items.flatMap((item) =>
    item.type === "function_call" && !invalid.has(item.call_id)
      ? [{ id: item.call_id, name: item.name, arguments: parseArguments(item.arguments) }]
      : [],
  );
}

/** Deeper nesting than can be written again stays text. */
function parseArguments(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    JSON.stringify(value);
    return value;
  } catch {
    return text;
  }
}

function toUsage(usage: TokenUsage): DecodeResult["usage"] {
  const counts = {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.totalTokens,
    cached_tokens: usage.cachedInputTokens,
    reasoning_tokens: usage.reasoningTokens,
  };
  const known = Object.entries(counts).flatMap(([name, count]) =>
    count === undefined ? [] : [[name, count] as const],
  );
  return known.length === 0 ? null : Object.fromEntries(known);
}

function toProgress({ processed, total, cached }: PrefillProgress): DecodeResult["progress"] {
  return { processed, total, ...(cached === undefined ? {} : { cache: cached }) };
}

/** A prompt that lost its front is the worse of the two. */
function warningOf(completion: Completion, facts: ContextFacts): DecodeResult["warning"] {
  if (isContextTruncated(completion.usage, facts)) {
    return "context_truncated";
  }
  // An answer that breaks off does so within an event, which `incomplete` says already.
  const expected = completion.finish === "incomplete" ? 1 : 0;
  return completion.unreadableEvents > expected ? "unparsable_event" : null;
}

/** The schema's list: a path that is not there is told by another. */
type ListedKind = Exclude<ServerErrorKind, "not_found">;

const RETRYABLE: ReadonlySet<ListedKind> = new Set(["model_loading", "rate_limit", "overloaded", "server"]);

function toError(error: ModelError): DecodedError | null {
  const kind = listedKind(error.kind, error.status);
  if (kind === null) {
    return null;
  }
  const { status, parameter, contextTokens, promptTokens, retryAfterSeconds } = error;
  return {
    kind,
    message: error.message,
    retryable: RETRYABLE.has(kind),
    ...(status === undefined ? {} : { status }),
    ...(parameter === undefined ? {} : { parameter }),
    ...(contextTokens === undefined ? {} : { n_ctx: contextTokens }),
    ...(promptTokens === undefined ? {} : { n_prompt_tokens: promptTokens }),
    ...(retryAfterSeconds === undefined ? {} : { retry_after_s: retryAfterSeconds }),
  };
}

/** The nearest kind of the list; null for an answer that only broke off, which is no error there but `incomplete`. */
function listedKind(kind: ModelErrorKind, status: number | undefined): ListedKind | null {
  switch (kind) {
    case "disconnected":
    case "idle_timeout":
    case "incomplete":
    case "empty_answer":
      return null;
    case "not_found":
      // Without a refusing status it is somebody's web page in place of an answer.
      return status !== undefined && status >= 400 ? "bad_request" : "server";
    case "redirect":
      return "bad_request";
    case "connection_refused":
    case "host_not_found":
    case "unreachable":
    case "host_not_allowed":
    case "tls":
      return "server";
    case "context_overflow":
    case "model_loading":
    case "model_not_loaded":
    case "model_not_found":
    case "tools_unsupported":
    case "unsupported_parameter":
    case "template":
    case "reasoning_replay_required":
    case "rate_limit":
    case "overloaded":
    case "quota":
    case "auth":
    case "bad_request":
    case "server":
      return kind;
    default:
      return kind satisfies never;
  }
}
