export { aggregate } from "./aggregate.ts";
export type { Dialect } from "./dialects/dialect.ts";
export { type EndpointIdentity, pickDialect } from "./dialects/pick.ts";
export type { Endpoint } from "./endpoint.ts";
export type { Completion, FinishReason, InvalidCall, ModelEvent } from "./model-event.ts";
export type { ModelRequest } from "./model-request.ts";
export { type StreamOptions, streamModel } from "./stream-model.ts";
