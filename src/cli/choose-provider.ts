/** Whom exec asks, where that is not simply what is configured. What it takes is loaded only then. */
import { existsSync } from "node:fs";
import type { Config } from "../config/index.ts";
import { isLoopback } from "../net/index.ts";
import type { EndpointMemory } from "../protocol/index.ts";
import { rememberedFacts } from "../wire/index.ts";
import type { Io } from "./io.ts";
import {
  type Choice,
  type ChoiceSources,
  hasKey,
  isGuessed,
  isUnconfigured,
  type Wanted,
} from "./provider-choice.ts";

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

/** A user of OpenAI with a configuration and a key is left in peace. */
function mayDiscover({ wanted, config, home }: ChoiceSources, io: Io): boolean {
  return wanted.offline || !existsSync(config.file) || !hasKey(config, home, io);
}

/** Which model is meant is not certain: its name was typed and never met there, or nobody named one. */
function isOpen({ model }: Wanted, config: Config, memory: EndpointMemory): boolean {
  if (isGuessed(config)) {
    return true;
  }
  const facts = rememberedFacts(config.provider, config.model, memory);
  return model !== undefined && Object.keys(facts.model).length === 0;
}
