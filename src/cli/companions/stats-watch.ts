import type { AgentEvent, EndpointMemory } from "../../protocol/index.ts";
import { type Endpoint, rememberedFacts } from "../../wire/index.ts";
import type { StatsPlace } from "../stats/record.ts";
import type { Companion } from "./companion.ts";

export interface StatsWatchOptions {
  readonly home: string;
  readonly endpoint: Endpoint;
  readonly memory: EndpointMemory;
  readonly model: string;
  readonly session: string;
}

type Completed = Extract<AgentEvent, { type: "response-completed" }>;

/** Keeps the figures of each response, for `leat stats`. */
export function createStatsWatch(options: StatsWatchOptions): Companion {
  const { home, endpoint, memory, model, session } = options;
  const place: StatsPlace = {
    session,
    provider: endpoint.providerId,
    host: new URL(endpoint.baseUrl).host,
    model,
  };
  let number: number | undefined;
  let keeper: Promise<import("../stats/keep.ts").StatsKeeper> | undefined;

  async function keep(response: Completed, request: number | undefined, at: string): Promise<void> {
    keeper ??= import("../stats/keep.ts").then(({ openStatsKeeper }) => openStatsKeeper(home, place));
    const { kind } = rememberedFacts(endpoint, model, memory).server;
    const facts = { ...(kind && { server: kind }), ...(request && { request }) };
    (await keeper).keep(response, { at, ...facts });
  }

  return {
    see(event) {
      if (event.type === "request-started") {
        number = event.number;
      }
      if (event.type === "response-completed") {
        // What can't be kept is no trouble for the turn.
        keep(event, number, new Date().toISOString()).catch(() => {});
      }
    },
    async close() {
      (await keeper)?.close();
    },
  };
}
