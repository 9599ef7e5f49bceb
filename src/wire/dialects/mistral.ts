import type { NamedQuirks, Quirks } from "./dialect.ts";

/**
 * Mistral's models wherever they run: the templates and mistral-common want user and assistant to take turns,
 * also after a tool's result ("Unexpected role 'user' after role 'tool'"), and ids of nine letters and digits.
 */
export const mistralFamily: Quirks = {
  turns: "alternating",
  callIds: "nine-alphanumeric",
  namesToolResults: true,
};

/**
 * Mistral's own API refuses unknown fields (extra_forbidden). It took no `stream_options` until 2025
 * (openai-agents-python#442) and sends usage unasked. Thinking goes back as it came: as parts of the content.
 */
export const mistral: NamedQuirks = {
  ...mistralFamily,
  name: "mistral",
  reasoning: "thinking-parts",
  refusedParameters: new Set(["stream_options"]),
};
