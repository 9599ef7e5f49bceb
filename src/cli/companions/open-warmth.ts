import type { Config } from "../../config/index.ts";
import { type HttpClient, isLoopback } from "../../net/index.ts";
import type { EndpointMemory } from "../../protocol/index.ts";
import type { Endpoint, ModelRequest } from "../../wire/index.ts";
import type { Companion } from "./companion.ts";
import { createKeepLoaded } from "./keep-loaded.ts";
import { createPrewarm, type Prewarm } from "./prewarm.ts";
import { createSlotKeeper } from "./slot-keeper.ts";

export interface WarmthOptions {
  readonly config: Config;
  readonly home: string;
  /** As requests are sent to it, with the headers of the session. */
  readonly endpoint: Endpoint;
  readonly memory: EndpointMemory;
  /** The next request of the session, as far as it stands. */
  readonly nextRequest: () => ModelRequest;
  /** Connections beside the one to the model. */
  readonly openHttp: () => HttpClient;
}

/** What keeps the server's cache and its model for a session. To be put outermost: a session that waits in line has asked nothing. */
export function openWarmth(options: WarmthOptions): {
  readonly companions: readonly Companion[];
  readonly prewarm: Prewarm;
} {
  const { config, home, nextRequest, endpoint, memory, openHttp } = options;
  const isLocal = isLoopback(new URL(endpoint.baseUrl).hostname);
  const place = { endpoint, model: config.model, memory, openHttp, isLocal };
  const isWanted = isLocal && !("id_slot" in config.provider.extraBody);
  const slots = createSlotKeeper({ ...place, isWanted, home });
  const prewarm = createPrewarm({
    ...place,
    when: whenOf(config),
    request: nextRequest,
    slots,
    now: () => performance.now(),
  });
  const keepLoaded = createKeepLoaded({ ...place, minutes: config.keepModelLoadedMinutes });
  return { companions: [prewarm, slots, keepLoaded], prewarm };
}

function whenOf({ prewarm, provider }: Config): "never" | "free" | "always" {
  if (!prewarm || provider.prewarm === false) {
    return "never";
  }
  return provider.prewarm === true ? "always" : "free";
}
