import type { Dialect } from "./dialect.ts";

/** OpenAI's own endpoint: unknown message fields are refused, and it sends no reasoning on this API. */
export const openai: Dialect = { name: "openai", replaysReasoning: false, reportsPrefill: false };
