import type { Dialect } from "./dialect.ts";

/**
 * Any Chat Completions server. gpt-oss, DeepSeek, Kimi, MiniMax, GLM and Qwen need their reasoning back on
 * tool-call turns; templates that do not want it drop it themselves.
 */
export const generic: Dialect = {
  name: "generic",
  reportsPrefill: false,
  refusedParameters: new Set(),
  tools: "parameter",
  streamsWithTools: true,
  system: "message",
  turns: "free",
  content: "strings-and-parts",
  emptyContent: "null",
  textBesideCalls: true,
  callsInOneMessage: "many",
  // Kimi's `functions.name:0` must come back as it is: its template reads the name from it.
  callIds: "verbatim",
  callExtras: {},
  namesToolResults: false,
  reasoning: "with-calls",
  reasoningField: "as-received",
  sealsReasoning: false,
  effort: ["reasoning_effort"],
  // Ollama knows no other (openai.go); llama.cpp, vLLM, SGLang, MLX and LM Studio know both.
  maxTokensField: "max_tokens",
};
