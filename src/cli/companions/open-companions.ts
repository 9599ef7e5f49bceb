import type { TurnDependencies } from "../../agent/index.ts";
import type { Config } from "../../config/index.ts";
import { type HttpClient, isLoopback } from "../../net/index.ts";
import type { EndpointMemory, ServerFacts } from "../../protocol/index.ts";
import type { Endpoint, ModelRequest } from "../../wire/index.ts";
import { createCacheDoctor } from "./cache-doctor.ts";
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
  /** What is known of the server by now. */
  readonly server: () => ServerFacts;
  /** Connections beside the one to the model, and to this machine only. */
  readonly openHttp: () => HttpClient;
}

export interface Companions {
  /** The first is the outermost. */
  readonly companions: readonly Companion[];
  /** Asks for the window before a request leaves. */
  askWindow(): Promise<void>;
}

/** Those that the configuration and the place of the server call for. */
export function openCompanions(options: CompanionOptions): Companions {
  const { config, home, endpoint, memory, session, context, openHttp, server } = options;
  const { model } = config;
  const isLocal = isLoopback(new URL(endpoint.baseUrl).hostname);
  const place = { endpoint, model, memory, openHttp };
  const now = () => performance.now();
  const windowWatch = createWindowWatch({
    ...place,
    isWanted: config.contextWindow === undefined && isLocal,
    budget: context.budget,
    head: context.head,
  });
  const countTokens = (request: ModelRequest) => context.budget.fill(request, context.head).tokens;
  return {
    companions: [
      // Outside the others: what it tells of a wait is no sign that the answer has begun.
      ...(isLocal ? [createWaitWatch({ ...place, countTokens, now })] : []),
      windowWatch,
      createCacheDoctor({ model, isLocal, server, now }),
      ...(isLocal ? [createSpeedWatch(endpoint, model, memory)] : []),
      ...(config.stats ? [createStatsWatch({ home, endpoint, memory, model, session })] : []),
    ],
    askWindow: () => windowWatch.askNow(),
  };
}
