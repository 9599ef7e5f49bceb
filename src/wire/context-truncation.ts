import type { TokenUsage } from "../protocol/index.ts";

/** What the client knows of the prompt and of the server; an absent field is unknown. */
export interface ContextFacts {
  readonly estimatedPromptTokens?: number;
  readonly loadedContextTokens?: number;
}

/** Text estimates miss by a fifth, white space and prose by a third; less than this share of an estimate is no mistake. */
const CREDIBLE_SHARE = 0.6;
/** Of a short prompt an estimate may be off by any share. */
const LEAST_MISSING_TOKENS = 500;
/** Servers cut to the context, or to whole messages or a few tokens less. */
const FULL_SHARE = 0.99;
/** An estimate this much over the context is no estimate of a prompt that fits. */
const OVERFULL_SHARE = 1.25;

/**
 * Whether the server dropped the front of the prompt without a word, as Ollama does beyond `num_ctx` (ollama#3839)
 * and old llama.cpp did: it read far less than was sent, or exactly as much as it can hold. Unknown counts tell nothing.
 */
export function isContextTruncated(usage: TokenUsage, facts: ContextFacts): boolean {
  const read = promptTokens(usage);
  if (read === undefined) {
    return false;
  }
  const estimate = known(facts.estimatedPromptTokens);
  const context = known(facts.loadedContextTokens);
  const fallsShort =
    estimate !== undefined && read < estimate * CREDIBLE_SHARE && estimate - read >= LEAST_MISSING_TOKENS;
  const isFull = context !== undefined && read >= context * FULL_SHARE;
  const cannotFit =
    context !== undefined &&
    estimate !== undefined &&
    estimate >= context * OVERFULL_SHARE &&
    read <= context;
  return fallsShort || isFull || cannotFit;
}

/** `cached` is part of `input`; where it is larger, the server counts the two apart (Anthropic's way). */
function promptTokens({ inputTokens, cachedInputTokens = 0 }: TokenUsage): number | undefined {
  const read = known(inputTokens);
  return read === undefined || cachedInputTokens <= read ? read : read + cachedInputTokens;
}

function known(count: number | undefined): number | undefined {
  return count !== undefined && Number.isFinite(count) && count > 0 ? count : undefined;
}
