import type { ModelError, TokenUsage } from "../../protocol/index.ts";
import type { SseFrame } from "../body/sse.ts";
import { completionOf, toCallItem, withDistinctIds } from "../completion.ts";
import { errorFromJson, holdsError, readErrorBody } from "../errors/error-body.ts";
import { asArray, asNumber, asObject, asText, type JsonObject, parseJson } from "../json.ts";
import type { FinishReason, ModelEvent, ServerSpeed } from "../model-event.ts";
import { readKeepalive, readProgress } from "../prefill.ts";
import type { DecodedResponse, DecoderOptions, ResponseDecoder } from "../response-decoder.ts";
import { plainDelta } from "./plain-chunk.ts";
import { type ContentFinish, createResponseContent } from "./response-content.ts";
import { readServerSpeed } from "./server-speed.ts";
import { laterUsage, readTimings, readUsage } from "./usage.ts";

export function createChatDecoder(options: DecoderOptions): ResponseDecoder {
  const content = createResponseContent({
    tools: options.offeredTools,
    thinkingStart: options.thinkingStart,
  });
  let error: ModelError | undefined;
  let sawDone = false;
  let finishReason: string | undefined;
  let usage: TokenUsage | undefined;
  let timings: TokenUsage | undefined;
  let speed: ServerSpeed | undefined;
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
    const value = parseJson(data);
    const delta = frame.event === "" ? plainDelta(value) : undefined;
    if (delta !== undefined && content.pushPlain(delta, events)) {
      return;
    }
    for (const chunk of Array.isArray(value) ? value.slice(0, MAX_CHUNKS) : [value]) {
      takeChunk(asObject(chunk), { event: frame.event, data }, events);
    }
  }

  function takeChunk(chunk: JsonObject | undefined, { event, data }: SseFrame, events: ModelEvent[]): void {
    if (error !== undefined) {
      return;
    }
    if (chunk !== undefined && (event === "error" || holdsError(chunk))) {
      readChoices(chunk, events);
      error = errorFromJson(chunk, undefined);
    } else if (chunk === undefined) {
      if (event === "error") {
        error = errorFromJson({ error: data }, undefined);
      } else {
        unreadableEvents += 1;
      }
    } else {
      readChunk(chunk, events);
    }
  }

  function pushBody(text: string, events: ModelEvent[]): void {
    const value = parseJson(text);
    // Gemini's compatible endpoint puts even an error into an array.
    const [first, ...more] = Array.isArray(value) ? value.slice(0, MAX_CHUNKS) : [value];
    const body = asObject(first);
    if (body === undefined && /^\s*[{[]/.test(text) && text.includes('"choices"')) {
      // An answer that was cut off.
      unreadableEvents += 1;
    } else if (body === undefined) {
      error = readErrorBody(text, undefined);
    } else if (holdsError(body) || !Array.isArray(body["choices"])) {
      error = errorFromJson(body, undefined);
    } else {
      readChunk(body, events);
      for (const chunk of more) {
        takeChunk(asObject(chunk), { event: "", data: "" }, events);
      }
    }
  }

  function readChunk(chunk: JsonObject, events: ModelEvent[]): void {
    readChoices(chunk, events);
    usage = laterUsage(usage, readUsage(chunk));
    timings = readTimings(chunk) ?? timings;
    speed = readServerSpeed(chunk) ?? speed;
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
      finishReason = weightier(finishReason, readReason(choice["finish_reason"]));
      if (holdsError(choice)) {
        error = errorFromJson(choice, undefined);
      }
    }
  }

  function end(events: ModelEvent[]): DecodedResponse {
    // OpenRouter, z.ai: a failure that is told by nothing else.
    if (finishReason !== undefined && FAILURES.has(finishReason)) {
      error ??= errorFromJson({ error: `finish reason ${finishReason}` }, undefined);
    }
    const finish = normalizeFinish();
    const assembled = content.end(events, contentFinish(finish));
    const calls = withDistinctIds(assembled, options.newCallId);
    return {
      items: content.items(calls.flatMap(toCallItem)),
      completion: completionOf({ finish, calls, usage, timings, speed, content, unreadableEvents }),
      ...(error === undefined ? {} : { error }),
      ...(content.learnt === undefined ? {} : { learnt: content.learnt }),
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

/** An event is one chunk; Gemini sends arrays. */
const MAX_CHUNKS = 1000;

/** The limit in the words of Anthropic's, Google's and Mistral's APIs, as their bridges pass it on: a call may be cut. */
const LIMITS: ReadonlySet<string> = new Set(["max_tokens", "max_output_tokens", "model_length"]);

function readReason(value: unknown): string | undefined {
  const reason = asText(value)?.toLowerCase();
  return reason !== undefined && LIMITS.has(reason) ? "length" : reason;
}

const FAILURES: ReadonlySet<string> = new Set(["error", "model_context_window_exceeded"]);

/** From light to heavy: what says that the answer is not whole stays, whatever is said after it. */
const WEIGHTS = ["tool_calls", "content_filter", "length", ...FAILURES];

/** TabbyAPI says its reason twice, others say another one once more. */
function weightier(reason: string | undefined, next: string | undefined): string | undefined {
  if (reason === undefined || next === undefined) {
    return next ?? reason;
  }
  return WEIGHTS.indexOf(next) > WEIGHTS.indexOf(reason) ? next : reason;
}

function contentFinish(finish: FinishReason): ContentFinish {
  switch (finish) {
    case "stop":
      return "stopped";
    case "tool_calls":
      return "calls";
    case "length":
    case "content_filter":
    case "error":
    case "incomplete":
      return "cut";
    default:
      return finish satisfies never;
  }
}
