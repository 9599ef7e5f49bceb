import type { ServerKind } from "../protocol/index.ts";

/** What people call the servers. */
export const SERVER_NAMES: Readonly<Record<ServerKind, string>> = {
  lmstudio: "LM Studio",
  ollama: "Ollama",
  llamacpp: "llama.cpp",
  "llamacpp-router": "llama.cpp (router)",
  vllm: "vLLM",
  sglang: "SGLang",
  mlx: "MLX-LM",
  tabbyapi: "TabbyAPI",
  koboldcpp: "KoboldCpp",
  localai: "LocalAI",
  litellm: "LiteLLM",
  "openai-like": "A server",
};
