import type { NamedQuirks } from "./dialect.ts";

/**
 * llama.cpp's server: `return_progress` since PR #15827 (August 2025), older builds ignore unknown fields. Null
 * content fails with some templates (llama.cpp#13471). The effort of gpt-oss and the switch of the others are
 * variables of the template (llama.cpp#13160).
 */
export const llamacpp: NamedQuirks = {
  name: "llama.cpp",
  reportsPrefill: true,
  emptyContent: "empty-string",
  effort: ["chat_template_kwargs"],
};
