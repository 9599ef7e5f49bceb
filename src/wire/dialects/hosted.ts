import type { NamedQuirks } from "./dialect.ts";

/** `reasoning_details` go back verbatim; effort has an object of its own. */
export const openrouter: NamedQuirks = { name: "openrouter", effort: ["reasoning"] };

export const xai: NamedQuirks = { name: "xai", maxTokensField: "max_completion_tokens" };

/** Sends `reasoning` and takes it back, but refuses `reasoning_content` (vercel/ai#15042, qwen-code#11045). */
export const cerebras: NamedQuirks = {
  name: "cerebras",
  reasoningField: "reasoning",
  maxTokensField: "max_completion_tokens",
};

/**
 * Kimi's thinking models refuse a call without `reasoning_content` ("reasoning_content is missing in assistant
 * tool call message"); thinking is switched by `thinking`.
 */
export const moonshot: NamedQuirks = {
  name: "moonshot",
  reasoning: "always",
  reasoningField: "reasoning_content",
  effort: ["thinking"],
};

export const zai: NamedQuirks = {
  name: "zai",
  reasoningField: "reasoning_content",
  effort: ["thinking"],
};

/** Alibaba's Qwen switches by a top-level `enable_thinking`. */
export const dashscope: NamedQuirks = { name: "dashscope", effort: ["enable_thinking"] };

export const fireworks: NamedQuirks = { name: "fireworks" };

export const together: NamedQuirks = { name: "together" };
