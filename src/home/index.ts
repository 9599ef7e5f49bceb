export { openEndpointMemory } from "./endpoint-memory.ts";
export { readOpenAiKey } from "./openai-key.ts";
export { type HomeResult, resolveHome } from "./resolve-home.ts";
