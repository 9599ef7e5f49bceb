import type { Dialect } from "./dialect.ts";

/** llama.cpp's server: `return_progress` since PR #15827 (August 2025); older builds ignore unknown fields. */
export const llamacpp: Dialect = { name: "llama.cpp", replaysReasoning: true, reportsPrefill: true };
