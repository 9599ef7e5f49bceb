import { asNumber, type JsonObject } from "./json.ts";

/** How large the loaded context is and how large the prompt was, in tokens, as far as the server tells. */
export interface OverflowCounts {
  readonly contextTokens?: number;
  readonly promptTokens?: number;
}

/** llama.cpp gives numbers of their own; all others put them into the sentence. */
export function readOverflowCounts(source: JsonObject, message: string): OverflowCounts {
  const contextTokens = asNumber(source["n_ctx"]) ?? find(CONTEXT_PATTERNS, message);
  const promptTokens = asNumber(source["n_prompt_tokens"]) ?? find(PROMPT_PATTERNS, message);
  return {
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(promptTokens === undefined ? {} : { promptTokens }),
  };
}

const CONTEXT_PATTERNS = [
  // llama.cpp, TabbyAPI.
  /context size (?:of |\()?(\d+)/i,
  // vLLM, SGLang, OpenAI.
  /maximum context length (?:is|of) (\d+)/i,
  // LM Studio, new and old.
  /context length only supports (\d+)/i,
  /n_ctx: (\d+)/i,
];

const PROMPT_PATTERNS = [
  /request \((\d+) tokens\)/i,
  /(?:prompt length|the input has) (\d+)/i,
  /(\d+) tokens from the input/i,
  /messages resulted in (\d+) tokens/i,
  /n_keep: (\d+)/i,
];

function find(patterns: readonly RegExp[], message: string): number | undefined {
  for (const pattern of patterns) {
    const digits = pattern.exec(message)?.[1];
    if (digits !== undefined) {
      return Number(digits);
    }
  }
  return undefined;
}
