/** Whom exec asks, where that is not simply what is configured. What it takes is loaded only then. */
import type { Config } from "../config/index.ts";
import { isLoopback } from "../net/index.ts";
import type { EndpointMemory } from "../protocol/index.ts";
import { rememberedFacts } from "../wire/index.ts";
import type { Io } from "./io.ts";
import { type Choice, type ChoiceSources, isGuessed, isLeftToLeat, type Wanted } from "./provider-choice.ts";

export async function chooseProvider(sources: ChoiceSources, io: Io): Promise<Choice> {
  const way = wayOf(sources, io);
  switch (way) {
    case "oss": {
      const { useOssProvider } = await import("./local/oss.ts");
      return await useOssProvider(sources, io);
    }
    case "discover": {
      const { useWhatRuns } = await import("./local/zero-config.ts");
      return await useWhatRuns(sources, io);
    }
    case "complete": {
      const { completeModel } = await import("./local/complete-model.ts");
      return await completeModel(sources, io);
    }
    case "as-configured":
      return { ok: true, config: sources.config };
    default:
      return way satisfies never;
  }
}

/** The configuration says it all: nothing has to be asked, shown or fetched. */
export function isChosen(sources: ChoiceSources, io: Io): boolean {
  return wayOf(sources, io) === "as-configured";
}

type Way = "oss" | "discover" | "complete" | "as-configured";

function wayOf(sources: ChoiceSources, io: Io): Way {
  const { wanted, config, memory } = sources;
  if (wanted.oss === true || wanted.localProvider !== undefined) {
    return "oss";
  }
  if (isLeftToLeat(sources, io)) {
    return "discover";
  }
  const isLocal = isLoopback(new URL(config.provider.baseUrl).hostname);
  return isLocal && isOpen(wanted, config, memory) ? "complete" : "as-configured";
}

/** Which model is meant is not certain: its name was typed and never met there, or nobody named one. */
function isOpen({ model }: Wanted, config: Config, memory: EndpointMemory): boolean {
  if (isGuessed(config)) {
    return true;
  }
  const facts = rememberedFacts(config.provider, config.model, memory);
  return model !== undefined && Object.keys(facts.model).length === 0;
}
