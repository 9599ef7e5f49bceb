/** @public */
export { aggregate } from "./aggregate.ts";
export { pickDialect } from "./dialects/pick.ts";
export type { Endpoint } from "./endpoint.ts";
export type { Completion, ModelEvent } from "./model-event.ts";
export type { ModelRequest } from "./model-request.ts";
export { streamModel } from "./stream-model.ts";
