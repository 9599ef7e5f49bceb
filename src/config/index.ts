export type { Config, ConfigFlags, FoundProvider, ProviderConfig, UnknownKey } from "./config.ts";
export type { ConfigSources } from "./load.ts";
export { defaultConfig, loadConfig } from "./load.ts";
export { nearest } from "./nearest.ts";
export type { ConfigResult } from "./resolve.ts";
