/** Whom exec asks, where that is not simply what is configured. What it takes is loaded only then. */
import { existsSync } from "node:fs";
import type { Config, ConfigFlags } from "../config/index.ts";
import { readOpenAiKey } from "../home/index.ts";
import { isLoopback, type Traffic } from "../net/index.ts";
import type { EndpointMemory } from "../protocol/index.ts";
import { rememberedFacts } from "../wire/index.ts";
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

export async function chooseProvider(sources: ChoiceSources, io: Io): Promise<Choice> {
  const { wanted, config, memory } = sources;
  if (wanted.oss === true || wanted.localProvider !== undefined) {
    const { useOssProvider } = await import("./local/oss.ts");
    return await useOssProvider(sources, io);
  }
  if (isUnconfigured(config) && mayDiscover(sources, io)) {
    const { useWhatRuns } = await import("./local/zero-config.ts");
    return await useWhatRuns(sources, io);
  }
  if (isLoopback(new URL(config.provider.baseUrl).hostname) && isOpen(wanted, config, memory)) {
    const { completeModel } = await import("./local/complete-model.ts");
    return await completeModel(sources, io);
  }
  return { ok: true, config };
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

/** A user of OpenAI with a configuration and a key is left in peace. */
function mayDiscover({ wanted, config, home }: ChoiceSources, io: Io): boolean {
  return wanted.offline || !existsSync(config.file) || !hasKey(config, home, io);
}

export function hasKey(config: Config, home: string, io: Io): boolean {
  return resolveEndpoint(config, io.env, () => readOpenAiKey(home)).ok;
}

/** Which model is meant is not certain: its name was typed and never met there, or nobody named one. */
function isOpen({ model }: Wanted, config: Config, memory: EndpointMemory): boolean {
  if (isGuessed(config)) {
    return true;
  }
  const facts = rememberedFacts(config.provider, config.model, memory);
  return model !== undefined && Object.keys(facts.model).length === 0;
}

/** Codex's default is a model of OpenAI's, which a local server is unlikely to have. */
export function isGuessed({ modelIsDefault, model }: Config): boolean {
  return modelIsDefault && model.startsWith("gpt-5");
}
