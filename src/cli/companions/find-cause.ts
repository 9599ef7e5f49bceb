/** Loaded when a server has read again what it had read before. */
import type { CacheMissCause, ServerFacts, ServerKind } from "../../protocol/index.ts";
import type { PromptComparison } from "../../wire/index.ts";

export interface Miss {
  /** Tokens of the prompt that had been sent before, and those of them that the server still had. */
  readonly expected: number;
  readonly cached: number;
  readonly comparison: PromptComparison;
  /** From the end of the answer before to this request. */
  readonly pauseMs: number;
  readonly hasEverCached: boolean;
  readonly model: string;
  readonly isLocal: boolean;
  readonly facts: ServerFacts;
}

/** What fits the facts best; undefined where nothing can be said for sure enough, or nothing be done. */
export function findCause(miss: Miss): CacheMissCause | undefined {
  const { expected, cached, comparison, pauseMs, facts } = miss;
  const { change, sharedPart } = comparison;
  // As far as the prompts are the same, the server might have used what it had.
  const usable = expected * sharedPart;
  if (change !== undefined && expected - usable >= usable - cached) {
    return { type: "prompt-changed", change };
  }
  const { kind, slots } = facts;
  // A hosted service promises no cache, and there is nothing to set right.
  if (!miss.isLocal && (kind === undefined || kind === "openai-like")) {
    return undefined;
  }
  if (holdsLittle(kind) && SHORT_SIGHTED.test(miss.model)) {
    return { type: "sliding-window" };
  }
  const isGone = cached < expected * GONE_SHARE;
  if (isGone && pauseMs >= keptMs(kind)) {
    return { type: "unloaded", pauseMs };
  }
  if (cached === 0 && !miss.hasEverCached && !cachesAlways(kind)) {
    return { type: "uncached" };
  }
  return { type: "dropped", ...(slots === undefined ? {} : { slots }) };
}

/** What is left then is the system prompt of another client that begins alike. */
const GONE_SHARE = 0.1;

/**
 * Models that attend to a window of the last tokens only, or keep a state in place of a cache: llama.cpp can go back to a
 * checkpoint of them, or not at all (llama.cpp#13194, #14157, #21831).
 */
const SHORT_SIGHTED =
  /gpt-?oss|gemma-?[234]|qwen-?3\.[5-9]|qwen-?3-?(?:coder-)?next|command-?a|c4ai|cohere2|lfm-?2|granite-?4|nemotron-?(?:h|nano|3)|jamba|falcon-?h1|mamba|llama-?4|exaone-?4|kimi-linear|minimax-text|olmo-?3|phi-?3|smallthinker/i;

/** Servers built on llama.cpp, and those that may be. */
function holdsLittle(kind: ServerKind | undefined): boolean {
  switch (kind) {
    case undefined:
    case "llamacpp":
    case "llamacpp-router":
    case "lmstudio":
    case "ollama":
    case "koboldcpp":
    case "localai":
      return true;
    default:
      return false;
  }
}

/** Without being told to; the others know a switch for it, or are somebody else's proxy. */
function cachesAlways(kind: ServerKind | undefined): boolean {
  return kind !== undefined && kind !== "localai" && holdsLittle(kind);
}

const MINUTE_MS = 60_000;

/** How long a model stays loaded without a request, where nobody sets it otherwise. */
function keptMs(kind: ServerKind | undefined): number {
  switch (kind) {
    case "ollama":
      return 5 * MINUTE_MS;
    case "lmstudio":
      return 60 * MINUTE_MS;
    default:
      return Number.POSITIVE_INFINITY;
  }
}
