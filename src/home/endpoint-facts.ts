import type { EndpointFacts, ModelFacts, ServerFacts } from "../protocol/index.ts";
import type { JsonMap } from "./json-object.ts";

/** What a stored value must be to count: a hand-edited one of the wrong type is no fact. */
type Check = (value: unknown) => boolean;

const isFlag: Check = (value) => typeof value === "boolean";
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) > 0;
const isSpeed: Check = (value) => Number.isFinite(value) && Number(value) > 0;
const isNames: Check = (value) => Array.isArray(value) && value.every((name) => typeof name === "string");
const isOneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.some((word) => word === value);

const SERVER_FACTS: Readonly<Record<keyof ServerFacts, Check>> = {
  kind: isOneOf(
    "lmstudio",
    "ollama",
    "llamacpp",
    "llamacpp-router",
    "vllm",
    "sglang",
    "mlx",
    "tabbyapi",
    "koboldcpp",
    "localai",
    "litellm",
    "openai-like",
  ),
  slots: isCount,
  wireApi: isOneOf("chat", "responses"),
  refusesStreamedTools: isFlag,
  refusesNullContent: isFlag,
  refusesContentParts: isFlag,
  refusesContentStrings: isFlag,
};

const MODEL_FACTS: Readonly<Record<keyof ModelFacts, Check>> = {
  refusedParameters: isNames,
  maxTokensField: isOneOf("max_tokens", "max_completion_tokens"),
  refusesTools: isFlag,
  refusesSystemRole: isFlag,
  rolesMustAlternate: isFlag,
  opensThinking: isFlag,
  wantsReasoningReplay: isFlag,
  refusesReasoningReplay: isFlag,
  toolCallIds: isOneOf("plain", "nine-alphanumeric"),
  wantsToolResultName: isFlag,
  refusesTextBesideCalls: isFlag,
  refusesParallelCalls: isFlag,
  sealsReasoning: isFlag,
  isListed: isFlag,
  contextWindow: isCount,
  prefillTokensPerSecond: isSpeed,
  wireApi: isOneOf("chat", "responses"),
};

export function knownFacts(server: JsonMap, model: JsonMap): EndpointFacts {
  return { server: pick(server, SERVER_FACTS), model: pick(model, MODEL_FACTS) };
}

function pick(stored: JsonMap, checks: Readonly<Record<string, Check>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(checks)
      .map(([name, check]) => [name, stored.get(name), check] as const)
      .filter(([, value, check]) => value !== undefined && check(value))
      .map(([name, value]) => [name, value]),
  );
}
