import { asNumber, type JsonObject } from "../json.ts";

/** How large the loaded context is and how large the prompt was, in tokens, as far as the server tells. */
export interface OverflowCounts {
  readonly contextTokens?: number;
  readonly promptTokens?: number;
}

/** llama.cpp gives numbers of their own; all others put them into the sentence. */
export function readOverflowCounts(objects: readonly JsonObject[], message: string): OverflowCounts {
  const contextTokens = own(objects, "n_ctx") ?? find(CONTEXT_PATTERNS, message);
  const promptTokens = own(objects, "n_prompt_tokens") ?? find(PROMPT_PATTERNS, message);
  return {
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(promptTokens === undefined ? {} : { promptTokens }),
  };
}

function own(objects: readonly JsonObject[], key: string): number | undefined {
  return objects.map((object) => asNumber(object[key])).find((value) => value !== undefined && value > 0);
}

function find(patterns: readonly RegExp[], message: string): number | undefined {
  for (const pattern of patterns) {
    const numbers = pattern.exec(message)?.slice(1) ?? [];
    const digits = numbers
      .filter((text) => text !== undefined)
      .map((text) => Number(text.replace(/[,_]/g, "")));
    const sum = digits.reduce((total, number) => total + number, 0);
    if (sum > 0) {
      return sum;
    }
  }
  return undefined;
}

/** Also with separators, as in 32,768. */
const N = String.raw`(\d{1,3}(?:[,_]\d{3}){1,3}|\d{1,10})`;

function patterns(...sources: readonly string[]): readonly RegExp[] {
  return sources.map((source) => new RegExp(source.replaceAll("<N>", N), "i"));
}

const CONTEXT_PATTERNS = patterns(
  // Anthropic: "input length and `max_tokens` exceed context limit: 195000 + 8192 > 200000".
  String.raw`\d \+ \d{1,10} > <N>`,
  // llama.cpp, TabbyAPI, vLLM, SGLang, LM Studio, OpenAI, OpenRouter, Together.
  String.raw`context (?:length|size|window|limit)(?: \(max_model_len\))?(?: is| of| only supports|:| =)?(?: only)?[ (]{1,2}<N>`,
  "n_ctx[:= ]{1,3}<N>",
  // xAI, vLLM, OpenRouter.
  "maximum (?:allowed )?(?:prompt|model|sequence|input) length (?:is|of) <N>",
  // Gemini.
  String.raw`maximum number of tokens allowed \(<N>\)`,
  "only supports up to <N>",
  // Anthropic: "210000 tokens > 200000 maximum".
  "tokens > <N> maximum",
  // Mistral.
  "with <N> maximum context",
  // Moonshot: "exceeded model token limit: 8192 (requested: 9000)"; Copilot; Cerebras: "while limit is 40000".
  "token limit: <N>",
  "exceeds (?:the )?limit of <N>",
  "limit is <N>",
  // GitHub Models.
  "max size: <N> tokens",
  // TGI.
  "must be <= <N>",
  "must have less than <N> tokens",
  // DashScope: "Range of input length should be [1, 129024]".
  String.raw`length should be \[1, ?<N>\]`,
  // ExLlama.
  String.raw`max_(?:seq|model)_len(?:gth)? (?:is |of )?\(?<N>`,
);

const PROMPT_PATTERNS = patterns(
  "messages resulted in <N> tokens",
  // vLLM 2026.
  "passed <N> input tokens",
  // DeepSeek and old vLLM; OpenRouter counts the tools apart.
  String.raw`\(<N> (?:tokens )?(?:in the messages|in your prompt|in the prompt|of text input)(?:, <N> of tool input)?`,
  "<N> tokens from the input",
  "(?:prompt|request|input) (?:has|contains)(?: at least| about)? <N>",
  String.raw`(?:prompt|request|input|messages?) \(?(?:total )?(?:length )?<N>(?: tokens)?\)?`,
  String.raw`(?<!maximum |allowed )(?:prompt|input)(?: token)? (?:length|count)(?: is| of|:)? \(?<N>`,
  // Anthropic.
  "too long: <N> tokens",
  String.raw`exceed context limit: <N> \+`,
  // LM Studio 2025 and 2024.
  "n_keep: <N>",
  "keep the first <N> tokens",
  // Moonshot, Cerebras, TGI.
  String.raw`requested: <N>\)`,
  "current length is <N>",
  "given: <N>",
);
