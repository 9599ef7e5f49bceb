export { countBusySlots } from "./busy-slots.ts";
export { type IdentifyOptions, identifyServer } from "./identify.ts";
export {
  type Identification,
  modelNamed,
  type ServedModel,
  type ServerIdentity,
  windowOf,
} from "./identity.ts";
