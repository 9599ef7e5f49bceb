export { openEndpointMemory } from "./endpoint-memory.ts";
export { type LineFile, openLogFile, statsFile } from "./line-files.ts";
export { readOpenAiKey } from "./openai-key.ts";
export { resolveHome } from "./resolve-home.ts";
export { keepRule, readRules } from "./rules-file.ts";
export { claimSlot, type SlotLease } from "./slot-leases.ts";
