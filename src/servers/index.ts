export { readActivity, type ServerActivity } from "./activity.ts";
export type { ServerAddress } from "./ask.ts";
export { modelControl } from "./control/all.ts";
export type { ControlEnd, ModelControl, PullEnd, PullFailure, PullNews } from "./control/control.ts";
export type { PullRefusal } from "./control/pull-refusal.ts";
export { type Discovery, discoverServers, type FoundServer, LOCAL_PORTS } from "./discover.ts";
export { type IdentifyOptions, identifyServer } from "./identify.ts";
export {
  type Identification,
  modelNamed,
  type ServedModel,
  type ServerIdentity,
} from "./identity.ts";
export { chatModels, matchName } from "./match-name.ts";
