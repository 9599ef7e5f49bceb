import type { ModelError, TokenUsage } from "../../protocol/index.ts";
import type { SseFrame } from "../body/sse.ts";
import { readServerSpeed } from "../chat/server-speed.ts";
import { readTimings } from "../chat/usage.ts";
import { completionOf, toCallItem, withDistinctIds } from "../completion.ts";
import { errorFromJson, holdsError, readErrorBody } from "../errors/error-body.ts";
import { asNumber, asObject, asText, type JsonObject, parseJson } from "../json.ts";
import type { FinishReason, ModelEvent, ServerSpeed } from "../model-event.ts";
import { readKeepalive, readProgress } from "../prefill.ts";
import type { DecodedResponse, DecoderOptions, ResponseDecoder } from "../response-decoder.ts";
import { eventKind } from "./event-kind.ts";
import { createOutput, type Track } from "./output.ts";
import { readUsage } from "./usage.ts";

export function createResponsesDecoder(options: DecoderOptions): ResponseDecoder {
  const output = createOutput({ tools: options.offeredTools, thinkingStart: options.thinkingStart });
  let error: ModelError | undefined;
  let sawDone = false;
  /** How the server says the response ended. */
  let ending: FinishReason | undefined;
  let usage: TokenUsage | undefined;
  let timings: TokenUsage | undefined;
  let speed: ServerSpeed | undefined;
  let unreadableEvents = 0;

  function hasEnded(): boolean {
    return sawDone || ending !== undefined || error !== undefined;
  }

  function push(frame: SseFrame, events: ModelEvent[]): void {
    if (hasEnded()) {
      return;
    }
    const data = frame.data.trim();
    if (data === "[DONE]" || data === "DONE") {
      sawDone = true;
      return;
    }
    const event = asObject(parseJson(data));
    if (event !== undefined) {
      readEvent(nameOf(frame, event), event, events);
    } else if (frame.event === "error") {
      error = errorFromJson({ error: data }, undefined);
    } else if (frame.event === "keepalive") {
      readKeepalive(data, events);
    } else {
      unreadableEvents += 1;
    }
  }

  function readEvent(name: string, event: JsonObject, events: ModelEvent[]): void {
    timings = readTimings(event) ?? timings;
    speed = readServerSpeed(event) ?? speed;
    const progress = asObject(event["prompt_progress"]);
    if (progress !== undefined) {
      readProgress(progress, events);
    }
    const kind = eventKind(name);
    switch (kind?.type) {
      case "delta":
        output.addDelta(kind.track, event, events);
        break;
      case "track-end":
        output.endPart(kind.track, event, wholeOf(event), events);
        break;
      case "part-end":
        endPart(name, event, events);
        break;
      case "summary-part":
        output.startSummaryPart(event);
        break;
      case "item":
        output.addItem(event, events);
        break;
      case "item-end":
        output.endItem(event, events);
        break;
      case "response-end":
        endResponse(asObject(event["response"]) ?? event, name, events);
        break;
      case "error":
        fail(event);
        break;
      case undefined:
        if (event["object"] === "response") {
          endResponse(event, "", events);
        } else if (holdsError(event)) {
          fail(event);
        }
        break;
      default:
        kind satisfies never;
    }
  }

  function endPart(name: string, event: JsonObject, events: ModelEvent[]): void {
    const part = asObject(event["part"]) ?? {};
    const track =
      PART_TRACKS.get(asText(part["type"]) ?? "") ?? (name.includes("summary") ? "summary" : undefined);
    if (track !== undefined) {
      output.endPart(track, event, wholeOf(part), events);
    }
  }

  function endResponse(response: JsonObject, name: string, events: ModelEvent[]): void {
    ending = endingOf(response, name);
    usage = readUsage(response) ?? usage;
    output.endResponse(response, ending === "stop" ? "stopped" : "cut", events);
    if (ending === "error") {
      fail(response);
    }
  }

  function fail(source: JsonObject): void {
    error = errorFromJson(source, statusOf(source));
  }

  function pushBody(text: string, events: ModelEvent[]): void {
    const body = asObject(parseJson(text));
    if (body === undefined) {
      error = readErrorBody(text, undefined);
    } else if (Array.isArray(body["output"]) || asText(body["output_text"]) !== undefined) {
      endResponse(body, "", events);
    } else if (asObject(body["response"]) !== undefined) {
      readEvent(asText(body["type"]) ?? "response.completed", body, events);
    } else {
      fail(body);
    }
  }

  function end(events: ModelEvent[]): DecodedResponse {
    const finish = finishReason();
    const segments = output.finish(finish === "stop" ? "stopped" : "cut", events);
    const settled = withDistinctIds(
      segments.flatMap((segment) => segment.calls),
      options.newCallId,
    );
    let next = 0;
    return {
      items: segments.flatMap((segment) => {
        const own = settled.slice(next, next + segment.calls.length);
        next += segment.calls.length;
        return segment.items(own.flatMap(toCallItem));
      }),
      completion: completionOf({
        finish,
        calls: settled,
        usage,
        timings,
        speed,
        content: output,
        unreadableEvents,
      }),
      ...(error === undefined ? {} : { error }),
      ...(output.learnt === undefined ? {} : { learnt: output.learnt }),
    };
  }

  function finishReason(): FinishReason {
    if (error !== undefined) {
      return "error";
    }
    const finish = ending ?? (sawDone ? "stop" : "incomplete");
    return finish === "stop" && output.hasCutCall ? "length" : finish;
  }

  return {
    push,
    pushBody,
    end,
    get finishing() {
      return hasEnded();
    },
    get ended() {
      return hasEnded();
    },
  };
}

/** Some servers leave out the event's name, others the type in its data. */
function nameOf(frame: SseFrame, event: JsonObject): string {
  const type = asText(event["type"]) ?? "";
  if (frame.event === "error" || eventKind(type) !== undefined) {
    return frame.event === "error" ? "error" : type;
  }
  return frame.event === "" ? type : frame.event;
}

const PART_TRACKS: ReadonlyMap<string, Track> = new Map([
  ["output_text", "text"],
  ["refusal", "refusal"],
  ["reasoning_text", "content"],
  ["summary_text", "summary"],
]);

/** The whole of a part, by the name of what it is a part of. */
function wholeOf(event: JsonObject): unknown {
  return event["text"] ?? event["refusal"] ?? event["arguments"] ?? event["input"];
}

/** The status counts before the event's name: vLLM says `response.completed` of an answer that was cut off. */
function endingOf(response: JsonObject, name: string): FinishReason {
  const status = asText(response["status"]) ?? "";
  if (holdsError(response) || status === "failed" || name === "response.failed") {
    return "error";
  }
  if (status === "incomplete" || name === "response.incomplete") {
    const reason = asObject(response["incomplete_details"])?.["reason"];
    return reason === "content_filter" ? "content_filter" : "length";
  }
  if (status === "cancelled" || name === "response.cancelled") {
    return "incomplete";
  }
  return "stop";
}

function statusOf(source: JsonObject): number | undefined {
  const status = asNumber(source["status"]);
  return status !== undefined && status >= 400 && status < 600 ? status : undefined;
}
