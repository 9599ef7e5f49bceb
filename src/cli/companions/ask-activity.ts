/** Loaded when a server has been silent for a moment. */
import type { HttpClient } from "../../net/index.ts";
import type { EndpointMemory, ServerState } from "../../protocol/index.ts";
import { readActivity } from "../../servers/index.ts";
import { type Endpoint, rememberedFacts } from "../../wire/index.ts";

export interface ActivityQuestion {
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly memory: EndpointMemory;
  /** Connections of its own, and to this machine only. */
  readonly openHttp: () => HttpClient;
}

const TIMEOUT_MS = 1_500;

/** Undefined where the server does not tell. */
export async function askActivity(
  options: ActivityQuestion & { readonly signal: AbortSignal },
): Promise<ServerState | undefined> {
  const { endpoint, model, memory, signal } = options;
  const http = options.openHttp();
  const activity = await readActivity(endpoint, {
    http,
    signal,
    kind: rememberedFacts(endpoint, model, memory).server.kind,
    model,
    timeoutMs: TIMEOUT_MS,
  }).finally(() => http.close());
  switch (activity?.type) {
    case undefined:
      return undefined;
    case "loading":
      return { kind: "loading", model };
    case "slots":
      // A slot that reads our prompt reports it, if it was asked to, and then nobody looks: so these are other people's.
      return activity.busy >= activity.all && endpoint.dialect.reportsPrefill
        ? { kind: "queued", slots: activity.all }
        : { kind: "reading" };
    case "ready":
      return { kind: "reading" };
    default:
      return activity satisfies never;
  }
}
