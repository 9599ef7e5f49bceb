import type { NamedQuirks } from "./dialect.ts";

/**
 * OpenAI's own endpoint and Azure's: unknown message fields are refused, and no reasoning is sent on this API.
 * Ids of calls have at most 40 characters; o-series and gpt-5 take `max_completion_tokens` only.
 */
export const openai: NamedQuirks = {
  name: "openai",
  reasoning: "never",
  sealsReasoning: true,
  callIds: "plain",
  maxTokensField: "max_completion_tokens",
};

export const azure: NamedQuirks = { ...openai, name: "azure" };
