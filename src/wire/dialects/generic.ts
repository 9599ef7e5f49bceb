import type { Dialect } from "./dialect.ts";

/**
 * Any Chat Completions server. gpt-oss, DeepSeek, Kimi, MiniMax, GLM and Qwen need their reasoning back on
 * tool-call turns; templates that do not want it drop it themselves.
 */
export const generic: Dialect = { name: "generic", replaysReasoning: true, reportsPrefill: false };
