import type { NamedQuirks } from "./dialect.ts";

/**
 * DeepSeek's thinking mode (V3.2 and later) answers 400 unless every assistant message has
 * `reasoning_content` (pi#3636, hermes-agent#15228). Effort is a switch and, since V4, a level.
 */
export const deepseek: NamedQuirks = {
  name: "deepseek",
  reasoning: "always",
  reasoningField: "reasoning_content",
  effort: ["thinking", "reasoning_effort"],
};
