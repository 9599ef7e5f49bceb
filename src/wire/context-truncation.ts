import type { TokenUsage } from "../protocol/index.ts";

/** What the client knows of the prompt and of the server; an absent field is unknown. */
export interface ContextFacts {
  readonly estimatedPromptTokens?: number;
  /** Fewer tokens than this the prompt can't have. With it, an estimate alone is no evidence. */
  readonly leastPromptTokens?: number;
  readonly loadedContextTokens?: number;
}

/** Text estimates miss by a fifth, white space and prose by a third; less than this share of an estimate is no mistake. */
const CREDIBLE_SHARE = 0.6;
/** Of a short prompt an estimate may be off by any share. */
const LEAST_MISSING_TOKENS = 500;
/** Servers cut to the context, or to whole messages or a few tokens less. */
const FULL_SHARE = { least: 0.99, most: 1.01 };
/** An estimate this much over the context is no estimate of a prompt that fits. */
const OVERFULL_SHARE = 1.25;
/** An estimate this much below the context is one of a prompt that fits: what is missing was not counted. */
const FITTING_SHARE = 0.9;
/** Ollama's runner keeps the beginning and the end, half a context and two tokens in all (ollama#17427). */
const HALF_MARGIN_TOKENS = 8;
/** No server is run with a context of which half is less: so little was counted without what lay in its cache (ollama#16414). */
const LEAST_READ_TOKENS = 1_000;

/**
 * Whether the server dropped the front of the prompt without a word, as Ollama does beyond `num_ctx` (ollama#3839)
 * and old llama.cpp did: it read far less than was sent, or exactly as much as it can hold. Unknown counts tell nothing.
 */
export function isContextTruncated(usage: TokenUsage, facts: ContextFacts): boolean {
  const read = promptTokens(usage);
  const estimate = known(facts.estimatedPromptTokens);
  const least = known(facts.leastPromptTokens);
  const context = known(facts.loadedContextTokens);
  if (read === undefined) {
    return false;
  }
  if (context === undefined) {
    const isCredible = least === undefined || read >= LEAST_READ_TOKENS;
    return isCredible && fallsShort(read, { estimate, least });
  }
  const isFull = read >= context * FULL_SHARE.least && read <= context * FULL_SHARE.most;
  const sent = Math.max(estimate ?? 0, least ?? 0);
  if (isFull || read > context || sent < context * FITTING_SHARE) {
    return isFull;
  }
  const isHalf = read >= context / 2 && read <= context / 2 + HALF_MARGIN_TOKENS;
  const cannotFit = (least ?? sent / OVERFULL_SHARE) >= context;
  return isHalf || cannotFit || fallsShort(read, { estimate, least });
}

function fallsShort(
  read: number,
  { estimate, least }: { readonly estimate: number | undefined; readonly least: number | undefined },
): boolean {
  if (least !== undefined) {
    return least - read >= LEAST_MISSING_TOKENS;
  }
  return (
    estimate !== undefined && read < estimate * CREDIBLE_SHARE && estimate - read >= LEAST_MISSING_TOKENS
  );
}

/** `cached` is part of `input`; where it is larger, the server counts the two apart (Anthropic's way). */
function promptTokens({ inputTokens, cachedInputTokens = 0 }: TokenUsage): number | undefined {
  const read = known(inputTokens);
  return read === undefined || cachedInputTokens <= read ? read : read + cachedInputTokens;
}

function known(count: number | undefined): number | undefined {
  return count !== undefined && Number.isFinite(count) && count > 0 ? count : undefined;
}
