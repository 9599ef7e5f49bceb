import { asArray, asNumber, asObject, asText, type JsonObject } from "../json.ts";
import type { Place } from "./slots.ts";

/** The shapes of output items, as OpenAI and the servers that follow it send them. */
type ItemKind = "message" | "reasoning" | "call";

/** Undefined: a kind of item that is none of ours (a web search, a server's own MCP call). */
export function kindOf(item: JsonObject): ItemKind | undefined {
  switch (item["type"]) {
    case "message":
      return "message";
    case "reasoning":
      return "reasoning";
    case "function_call":
    case "custom_tool_call":
      return "call";
    default:
      return undefined;
  }
}

/** Where an event belongs. vLLM sends empty ids. */
export function placeOf(event: JsonObject, item?: JsonObject): Place {
  return { id: asText(item?.["id"] ?? event["item_id"]), index: asNumber(event["output_index"]) };
}

export interface MessageTexts {
  readonly text: string;
  readonly refusal: string;
}

/** Parts of `output_text` and `refusal`; small servers send a string. */
export function readMessage(item: JsonObject): MessageTexts {
  const content = item["content"];
  if (typeof content === "string") {
    return { text: content, refusal: "" };
  }
  const parts = asArray(content).map(readPart);
  return {
    text: parts.map((part) => part?.text ?? "").join(""),
    refusal: parts.map((part) => part?.refusal ?? "").join(""),
  };
}

function readPart(part: unknown): MessageTexts | undefined {
  const object = asObject(part);
  return object && { text: textOf(object["text"]), refusal: textOf(object["refusal"]) };
}

interface ReasoningTexts {
  readonly content: readonly string[];
  readonly summary: readonly string[];
}

/** The full text under `content` (parts or a string) or `text`; what may be told of it under `summary`. */
export function readReasoningItem(item: JsonObject): ReasoningTexts {
  const content = textsOf(item["content"]);
  return {
    content: content.length > 0 ? content : textsOf(item["text"]),
    summary: textsOf(item["summary"]),
  };
}

function textsOf(value: unknown): string[] {
  const entries = Array.isArray(value) ? asArray(value) : [value];
  return entries.map(textOf).filter((text) => text !== "");
}

/** A string, or an object that holds one. */
export function textOf(value: unknown): string {
  return asText(value) ?? asText(asObject(value)?.["text"]) ?? "";
}

export interface CallParts {
  readonly callId: string | undefined;
  readonly name: string | undefined;
  /** JSON as text, or an object of some gateways; the bare input of a custom tool. */
  readonly argumentsValue: unknown;
  readonly isCustom: boolean;
  /** The server itself says that the call did not come to its end. */
  readonly isCut: boolean;
}

export function readCall(item: JsonObject): CallParts {
  const isCustom = item["type"] === "custom_tool_call";
  return {
    callId: asText(item["call_id"]),
    name: asText(item["name"]),
    argumentsValue: isCustom ? item["input"] : item["arguments"],
    isCustom,
    isCut: item["status"] === "incomplete",
  };
}
