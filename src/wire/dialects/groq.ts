import type { Dialect } from "./dialect.ts";

/** Groq answers 400 to `reasoning_content` in a message (req_llm#772). */
export const groq: Dialect = { name: "groq", replaysReasoning: false, reportsPrefill: false };
