import type { NamedQuirks } from "./dialect.ts";

/**
 * Gemini's compatible endpoint refuses unknown fields ("Unknown name … Cannot find field") and results without
 * the tool's name (hermes-agent#19728). Gemini 3 wants its signature back on calls; Google's documentation on
 * thought signatures gives this value for calls that have none.
 */
export const gemini: NamedQuirks = {
  name: "gemini",
  reasoning: "never",
  namesToolResults: true,
  callExtras: {
    extra_content: { google: { thought_signature: "skip_thought_signature_validator" } },
  },
};

/** Anthropic's compatible endpoint: ids of calls match `^[a-zA-Z0-9_-]+$`; reasoning is ignored. */
export const anthropic: NamedQuirks = { name: "anthropic", reasoning: "never", callIds: "plain" };

/** GitHub Copilot passes on to OpenAI, Anthropic and Google: their common ground. */
export const copilot: NamedQuirks = { name: "copilot", reasoning: "never", callIds: "plain" };
