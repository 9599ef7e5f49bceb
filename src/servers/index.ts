export { type IdentifyOptions, identifyServer } from "./identify.ts";
export { type Identification, type ServedModel, type ServerIdentity, windowOf } from "./identity.ts";
