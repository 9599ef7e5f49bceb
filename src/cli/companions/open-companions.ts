import type { TurnDependencies } from "../../agent/index.ts";
import type { Config } from "../../config/index.ts";
import { type HttpClient, isLoopback } from "../../net/index.ts";
import type { EndpointMemory } from "../../protocol/index.ts";
import type { Endpoint } from "../../wire/index.ts";
import type { Companion } from "./companion.ts";
import { createSpeedWatch } from "./speed-watch.ts";
import { createStatsWatch } from "./stats-watch.ts";
import { createWaitWatch } from "./wait-watch.ts";
import { createWindowWatch } from "./window-watch.ts";

export interface CompanionOptions {
  readonly config: Config;
  readonly home: string;
  readonly endpoint: Endpoint;
  readonly memory: EndpointMemory;
  /** The session's id. */
  readonly session: string;
  readonly context: TurnDependencies["context"];
  /** Connections beside the one to the model, and to this machine only. */
  readonly openHttp: () => HttpClient;
}

/** Those that the configuration and the place of the server call for; the first is the outermost. */
export function openCompanions(options: CompanionOptions): Companion[] {
  const { config, home, endpoint, memory, session, context, openHttp } = options;
  const { model } = config;
  const isLocal = isLoopback(new URL(endpoint.baseUrl).hostname);
  const place = { endpoint, model, memory, openHttp };
  return [
    createWindowWatch({
      ...place,
      isWanted: config.contextWindow === undefined && isLocal,
      budget: context.budget,
    }),
    ...(isLocal
      ? [
          createWaitWatch({
            ...place,
            countTokens: (request) => context.budget.fill(request, context.head).tokens,
            now: () => performance.now(),
          }),
          createSpeedWatch(endpoint, model, memory),
        ]
      : []),
    ...(config.stats ? [createStatsWatch({ home, endpoint, memory, model, session })] : []),
  ];
}
