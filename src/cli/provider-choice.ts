/** What the choice of a provider goes by; `choose-provider.ts` makes it. */
import { existsSync } from "node:fs";
import type { Config, ConfigFlags } from "../config/index.ts";
import { readOpenAiKey } from "../home/index.ts";
import type { Traffic } from "../net/index.ts";
import type { EndpointMemory } from "../protocol/index.ts";
import { resolveEndpoint } from "./endpoint.ts";
import type { Io } from "./io.ts";
import type { Settings } from "./settings.ts";

export interface Wanted {
  /** `-m` */
  readonly model?: string;
  readonly oss?: boolean;
  readonly localProvider?: LocalProvider;
  readonly offline: boolean;
}

export type LocalProvider = "lmstudio" | "ollama" | "llamacpp";
/** `oss` is Codex's own id of an Ollama server. */
export type OssProvider = "oss" | LocalProvider;

export interface ChoiceSources {
  readonly wanted: Wanted;
  /** As configured. */
  readonly config: Config;
  readonly home: string;
  readonly memory: EndpointMemory;
  /** Counts what goes to which host. */
  readonly traffic: Traffic | undefined;
  /** The configuration once more, with further flags. */
  readonly reload: (flags: ConfigFlags) => Settings;
}

export type Choice =
  | { readonly ok: true; readonly config: Config }
  /** Why has been said. */
  | { readonly ok: false; readonly code: number };

/** Nothing says where the model runs, and Codex's default is not it: a user of OpenAI with a configuration and a key is left in peace. */
export function isLeftToLeat(
  {
    wanted,
    config,
    home,
  }: Pick<ChoiceSources, "config" | "home"> & { readonly wanted: Pick<Wanted, "offline"> },
  io: Io,
): boolean {
  const isOpenAi = !wanted.offline && existsSync(config.file) && hasKey(config, home, io);
  return isUnconfigured(config) && !isOpenAi;
}

/** Nobody said where the model runs: neither a provider is named, nor another place or key for Codex's default. */
export function isUnconfigured({ origins, provider }: Config): boolean {
  const isDefault = (key: string) => (origins[key] ?? "default") === "default";
  return (
    isDefault("model_provider") &&
    ["base_url", "env_key", "experimental_bearer_token"].every((field) =>
      isDefault(`model_providers.${provider.id}.${field}`),
    )
  );
}

export function hasKey(config: Config, home: string, io: Io): boolean {
  return resolveEndpoint(config, io.env, () => readOpenAiKey(home)).ok;
}

/** Codex's default is a model of OpenAI's, which a local server is unlikely to have. */
export function isGuessed({ modelIsDefault, model }: Config): boolean {
  return modelIsDefault && model.startsWith("gpt-5");
}
