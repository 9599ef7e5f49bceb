import type { TokenUsage } from "../../protocol/index.ts";
import { asArray, asNumber, asObject, type JsonObject } from "../json.ts";

/**
 * The usage of a chunk, wherever the server puts it: `usage`, `choices[0].usage` (Moonshot) or `x_groq.usage`.
 * An object of nothing but zeros and nulls (Ollama 2025, LocalAI) means unknown, and gives way to the next place.
 */
export function readUsage(chunk: JsonObject): TokenUsage | undefined {
  return (
    countsOf(chunk["usage"]) ??
    countsOf(asObject(asArray(chunk["choices"])[0])?.["usage"]) ??
    countsOf(asObject(chunk["x_groq"])?.["usage"])
  );
}

function countsOf(value: unknown): TokenUsage | undefined {
  const usage = asObject(value);
  if (usage === undefined) {
    return undefined;
  }
  const promptDetails = asObject(usage["prompt_tokens_details"]);
  const completionDetails = asObject(usage["completion_tokens_details"]);
  const counts = {
    inputTokens: countOf(usage["prompt_tokens"]),
    cachedInputTokens:
      countOf(promptDetails?.["cached_tokens"]) ??
      countOf(usage["cached_tokens"]) ??
      // DeepSeek before it had the details.
      countOf(usage["prompt_cache_hit_tokens"]),
    outputTokens: countOf(usage["completion_tokens"]),
    // SGLang puts it at the top.
    reasoningTokens: countOf(completionDetails?.["reasoning_tokens"]) ?? countOf(usage["reasoning_tokens"]),
    totalTokens: countOf(usage["total_tokens"]),
  };
  const known = Object.entries(counts).filter(([, count]) => count !== undefined);
  return known.some(([, count]) => count !== 0) ? Object.fromEntries(known) : undefined;
}

/** The last value counts; what it leaves out was told before (Anthropic's gateways: the prompt first, the answer last). */
export function laterUsage(
  earlier: TokenUsage | undefined,
  later: TokenUsage | undefined,
): TokenUsage | undefined {
  if (earlier === undefined || later === undefined) {
    return later ?? earlier;
  }
  // An earlier sum is none of the later parts.
  const { totalTokens: _, ...parts } = earlier;
  return { ...parts, ...later };
}

/** llama.cpp's own counts on the last chunk, for answers without `usage`. */
export function readTimings(chunk: JsonObject): TokenUsage | undefined {
  const timings = asObject(chunk["timings"]);
  if (timings === undefined) {
    return undefined;
  }
  const cached = countOf(timings["cache_n"]);
  const prompt = countOf(timings["prompt_n"]);
  const predicted = countOf(timings["predicted_n"]);
  return {
    // `prompt_n` counts only what had to be read; what the cache held comes on top.
    ...(prompt === undefined ? {} : { inputTokens: prompt + (cached ?? 0) }),
    ...(cached === undefined ? {} : { cachedInputTokens: cached }),
    ...(predicted === undefined ? {} : { outputTokens: predicted }),
  };
}

/** A count below zero is nonsense, and nonsense is unknown. */
export function countOf(value: unknown): number | undefined {
  const count = asNumber(value);
  return count === undefined || count < 0 ? undefined : count;
}
