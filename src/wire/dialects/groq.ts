import type { NamedQuirks } from "./dialect.ts";

/** Groq answers 400 to `reasoning_content` in a message (req_llm#772), and to `reasoning` with most models (vercel/ai#8057). */
export const groq: NamedQuirks = {
  name: "groq",
  reasoning: "never",
  maxTokensField: "max_completion_tokens",
};
