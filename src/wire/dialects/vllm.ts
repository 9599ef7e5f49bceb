import type { NamedQuirks } from "./dialect.ts";

/** gpt-oss has no template there and reads `reasoning_effort`; all others have their switch in the template. */
export const vllm: NamedQuirks = { name: "vllm", effort: ["reasoning_effort", "chat_template_kwargs"] };

/** The same holds for SGLang (serving_chat.py), where null was no content until 2025 (sglang#4236). */
export const sglang: NamedQuirks = { ...vllm, name: "sglang", emptyContent: "empty-string" };
