export { askOnce } from "./ask-once.ts";
export type { WireApi } from "./codec.ts";
export { type ContextFacts, isContextTruncated } from "./context-truncation.ts";
export { pickDialect } from "./dialects/pick.ts";
export { type Endpoint, memoryPlace, rememberedFacts, secretsOf } from "./endpoint.ts";
export type { ExchangeEnd } from "./exchange.ts";
export type { Completion, ModelEnd, ModelEvent } from "./model-event.ts";
export type { GenerationSettings, ModelRequest } from "./model-request.ts";
export { streamModel } from "./stream-model.ts";
