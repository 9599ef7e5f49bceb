import type {
  FunctionCallItem,
  HistoryItem,
  ModelError,
  TokenUsage,
  ToolSpec,
} from "../../protocol/index.ts";
import type { ArgumentRepairs, Completion, FinishReason, InvalidCall, ModelEvent } from "../model-event.ts";
import type { SseFrame } from "../sse.ts";
import { errorFromJson, holdsError, readErrorBody } from "./error-body.ts";
import { asArray, asNumber, asObject, asText, type JsonObject, parseJson } from "./json.ts";
import { createResponseContent } from "./response-content.ts";
import type { AssembledCall } from "./tool-calls.ts";
import { readTimings, readUsage, type ServerTimings } from "./usage.ts";

/**
 * Decodes one Chat Completions response: frames in, events out. Pure: no clock, no network, no log.
 * Knows no server by name; what servers do differently is read off the shape of what they send.
 */
export interface ChatDecoder {
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
}

export interface ChatDecoderOptions {
  readonly offeredTools: readonly ToolSpec[];
  /** Makes an id for a call that came without one; distinct within the session. */
  readonly newCallId: () => string;
}

export function createChatDecoder(options: ChatDecoderOptions): ChatDecoder {
  const content = createResponseContent(options.offeredTools);
  let error: ModelError | undefined;
  let sawDone = false;
  let finishReason: string | undefined;
  let usage: TokenUsage | undefined;
  let timings: ServerTimings | undefined;
  let unreadableEvents = 0;

  function push(frame: SseFrame, events: ModelEvent[]): void {
    if (sawDone || error !== undefined) {
      return;
    }
    const data = frame.data.trim();
    if (frame.event === "keepalive") {
      readKeepalive(data, events);
      return;
    }
    if (data === "[DONE]" || data === "DONE") {
      sawDone = true;
      return;
    }
    const chunk = asObject(parseJson(data));
    if (chunk !== undefined && (frame.event === "error" || holdsError(chunk))) {
      readChoices(chunk, events);
      error = errorFromJson(chunk, undefined);
    } else if (chunk === undefined) {
      if (frame.event === "error") {
        error = errorFromJson({ error: data }, undefined);
      } else {
        unreadableEvents += 1;
      }
    } else {
      readChunk(chunk, events);
    }
  }

  function pushBody(text: string, events: ModelEvent[]): void {
    const body = asObject(parseJson(text));
    if (body === undefined) {
      error = readErrorBody(text, undefined);
    } else if (holdsError(body) || !Array.isArray(body["choices"])) {
      error = errorFromJson(body, undefined);
    } else {
      readChunk(body, events);
    }
  }

  function readChunk(chunk: JsonObject, events: ModelEvent[]): void {
    readChoices(chunk, events);
    usage = readUsage(chunk) ?? usage;
    timings = readTimings(chunk) ?? timings;
    const progress = asObject(chunk["prompt_progress"]);
    if (progress !== undefined) {
      readProgress(progress, events);
    }
  }

  function readChoices(chunk: JsonObject, events: ModelEvent[]): void {
    for (const entry of asArray(chunk["choices"])) {
      const choice = asObject(entry);
      // With n > 1 the other answers are not ours; a missing index means the only one.
      if (choice === undefined || (asNumber(choice["index"]) ?? 0) !== 0) {
        continue;
      }
      const delta = asObject(choice["delta"]) ?? asObject(choice["message"]);
      if (delta !== undefined) {
        content.push(delta, events);
      }
      finishReason = asText(choice["finish_reason"]) ?? finishReason;
      if (holdsError(choice)) {
        error = errorFromJson(choice, undefined);
      }
    }
  }

  function end(events: ModelEvent[]): DecodedResponse {
    const assembled = content.end(events);
    const finish = normalizeFinish();
    if (finishReason === "model_context_window_exceeded" && error === undefined) {
      error = errorFromJson({ error: `finish reason ${finishReason}` }, undefined);
    }
    const calls = withDistinctIds(assembled, options.newCallId);
    const runnable = calls.filter(({ call }) => isRunnable(call, finish));
    const invalid = calls.filter(({ call }) => !isRunnable(call, finish));
    return {
      items: content.items(calls.flatMap(({ call, id }) => toCallItem(call, id))),
      completion: {
        finish: runnable.length > 0 && finish === "stop" ? "tool_calls" : finish,
        usage: usage ?? timings?.usage ?? {},
        ...(timings?.tokensPerSecond === undefined ? {} : { tokensPerSecond: timings.tokensPerSecond }),
        invalidCalls: invalid.map(toInvalidCall),
        repairs: calls.flatMap(({ call }) => toRepairs(call)),
        isEmpty: !content.hasText && runnable.length === 0,
        unreadableEvents,
      },
      ...(error === undefined ? {} : { error }),
    };
  }

  /** The reason is advice: unknown words mean stop, and none at all without `[DONE]` means cut off. */
  function normalizeFinish(): FinishReason {
    if (error !== undefined) {
      return "error";
    }
    if (finishReason === undefined) {
      return sawDone ? "stop" : "incomplete";
    }
    switch (finishReason) {
      case "tool_calls":
      case "length":
      case "content_filter":
        return finishReason;
      case "model_context_window_exceeded":
        return "error";
      default:
        return "stop";
    }
  }

  return {
    push,
    pushBody,
    end,
    get finishing() {
      return finishReason !== undefined;
    },
    get ended() {
      return sawDone || error !== undefined;
    },
  };
}

/** MLX-LM's `2048/8192`: tokens of the prompt read, and all of them. */
function readKeepalive(data: string, events: ModelEvent[]): void {
  const [, processed, total] = /^(\d+)\/(\d+)$/.exec(data) ?? [];
  readProgress({ processed: Number(processed), total: Number(total) }, events);
}

function readProgress(progress: JsonObject, events: ModelEvent[]): void {
  const processed = asNumber(progress["processed"]);
  const total = asNumber(progress["total"]);
  if (processed === undefined || total === undefined) {
    return;
  }
  const cached = asNumber(progress["cache"]);
  const elapsedMs = asNumber(progress["time_ms"]);
  events.push({
    type: "prefill-progress",
    progress: {
      processed,
      total,
      ...(cached === undefined ? {} : { cached }),
      ...(elapsedMs === undefined ? {} : { elapsedMs }),
    },
  });
}

/** Outputs find their calls by id, so a call without one, or with one that was given before, gets a new one. */
function withDistinctIds(
  calls: readonly AssembledCall[],
  newCallId: () => string,
): { call: AssembledCall; id: string }[] {
  const given = new Set<string>();
  return calls.map((call) => {
    const id = call.id === undefined || given.has(call.id) ? newCallId() : call.id;
    given.add(id);
    return { call, id };
  });
}

/** A call cut off by the output limit may parse and still lack its end: it is never run. */
function isRunnable(call: AssembledCall, finish: FinishReason): boolean {
  return call.whole && finish !== "length" && finish !== "incomplete" && finish !== "error";
}

function toCallItem(call: AssembledCall, id: string): FunctionCallItem[] {
  if (call.name === null) {
    return [];
  }
  return [{ type: "function_call", name: call.name, arguments: call.argumentsText, call_id: id }];
}

function toRepairs({ name, repairs }: AssembledCall): ArgumentRepairs[] {
  return name === null || repairs.length === 0 ? [] : [{ name, repairs }];
}

function toInvalidCall({ call, id }: { call: AssembledCall; id: string }): InvalidCall {
  return { id, name: call.name, argumentsText: call.argumentsText };
}
