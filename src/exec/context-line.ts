import { formatCount, type Signs } from "../figures/index.ts";
import type { AgentEvent, ContextFill, ContextPart } from "../protocol/index.ts";

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

type Event<Type extends AgentEvent["type"]> = Extract<AgentEvent, { type: Type }>;

export function compactionStart({ cause, fill }: Event<"compaction-started">): string {
  return cause === "limit"
    ? `the context is nearly full (${contextText(fill)}); the conversation is summed up`
    : `the prompt is too long for the server (about ${contextText(fill)}); the conversation is summed up`;
}

export function compactionEnd({ before, after }: Event<"compaction-ended">, { arrow }: Signs): string {
  return `summed up: ${formatCount(before)} ${arrow} ${formatCount(after)} tokens`;
}
