import type { TokenUsage } from "../../protocol/index.ts";
import { asNumber, asObject, type JsonObject } from "../json.ts";

/** The usage of a response object. One of nothing but zeros and nulls means unknown. */
export function readUsage(response: JsonObject): TokenUsage | undefined {
  const usage = asObject(response["usage"]);
  if (usage === undefined) {
    return undefined;
  }
  const inputDetails = asObject(usage["input_tokens_details"]) ?? asObject(usage["prompt_tokens_details"]);
  const outputDetails =
    asObject(usage["output_tokens_details"]) ?? asObject(usage["completion_tokens_details"]);
  const counts = {
    // Gateways that make a response of a chat completion leave the names of the other API in it.
    inputTokens: countOf(usage["input_tokens"]) ?? countOf(usage["prompt_tokens"]),
    cachedInputTokens: countOf(inputDetails?.["cached_tokens"]),
    outputTokens: countOf(usage["output_tokens"]) ?? countOf(usage["completion_tokens"]),
    reasoningTokens: countOf(outputDetails?.["reasoning_tokens"]),
    totalTokens: countOf(usage["total_tokens"]),
  };
  const known = Object.entries(counts).filter(([, count]) => count !== undefined);
  return known.some(([, count]) => count !== 0) ? Object.fromEntries(known) : undefined;
}

/** A count below zero is nonsense, and nonsense is unknown. */
function countOf(value: unknown): number | undefined {
  const count = asNumber(value);
  return count === undefined || count < 0 ? undefined : count;
}
