export { openEndpointMemory } from "./endpoint-memory.ts";
export { type LogFile, openLogFile } from "./log-file.ts";
export { readOpenAiKey } from "./openai-key.ts";
export { resolveHome } from "./resolve-home.ts";
export { keepRule, readRules } from "./rules-file.ts";
