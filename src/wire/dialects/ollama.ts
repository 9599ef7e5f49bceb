import type { NamedQuirks } from "./dialect.ts";

/**
 * Ollama looks a result's tool up by its id, and the last call of that id wins; a name spares it that
 * (openai.go). Unknown fields are ignored, so a wrong name for the limit would be lost without a word.
 */
export const ollama: NamedQuirks = { name: "ollama", namesToolResults: true };
