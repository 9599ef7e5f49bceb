import { formatCount } from "../figures/index.ts";
import type { ContextFill, ContextPart } from "../protocol/index.ts";

/** The parts of a prompt, for people. */
const CONTEXT_PARTS: Readonly<Record<ContextPart, string>> = {
  instructions: "the system prompt",
  tools: "the descriptions of tools",
  project: "AGENTS.md and the environment",
  user: "what you wrote",
  answers: "the model's answers",
  thinking: "the model's thinking",
  calls: "tool calls",
  outputs: "outputs of tools",
};

/** `6,602 of 8,192 tokens, 71 % of it outputs of tools`. */
export function contextText({ tokens, window, parts }: ContextFill): string {
  const size =
    window === undefined ? formatCount(tokens) : `${formatCount(tokens)} of ${formatCount(window)}`;
  const largest = parts[0];
  const share = largest === undefined ? 0 : Math.round((100 * largest.tokens) / Math.max(1, tokens));
  return `${size} tokens${largest === undefined ? "" : `, ${share} % of it ${CONTEXT_PARTS[largest.part]}`}`;
}
