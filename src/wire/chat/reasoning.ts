import { asArray, asObject, asText, type JsonObject } from "../json.ts";

/** Reasoning of one delta, and the field to send it back under. */
export interface ReasoningDelta {
  readonly text: string;
  readonly field: string;
}

/**
 * Servers name it differently, and some send the same text twice under two names (Chutes, OpenRouter,
 * LiteLLM): the first field that is not empty counts, and only that one.
 */
export function readReasoning(delta: JsonObject): ReasoningDelta | undefined {
  const content = asText(delta["reasoning_content"]);
  if (content !== undefined) {
    return { text: content, field: "reasoning_content" };
  }
  const reasoning = textOf(delta["reasoning"]);
  if (reasoning !== undefined) {
    return { text: reasoning, field: "reasoning" };
  }
  const text = asText(delta["reasoning_text"]);
  if (text !== undefined) {
    return { text, field: "reasoning_text" };
  }
  const details = asArray(delta["reasoning_details"]).map(detailText).join("");
  return details === "" ? undefined : { text: details, field: "reasoning" };
}

/** A string, or an object of some gateways: `{text}` or `{content}`. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "string") {
    return asText(value);
  }
  const object = asObject(value);
  return object && (asText(object["text"]) ?? asText(object["content"]));
}

function detailText(detail: unknown): string {
  const object = asObject(detail);
  return (object && (asText(object["text"]) ?? asText(object["summary"]))) ?? "";
}
