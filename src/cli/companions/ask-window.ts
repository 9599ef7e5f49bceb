/** Loaded while the first answer of a session comes in. */
import type { HttpClient } from "../../net/index.ts";
import type { EndpointMemory, ServerKind } from "../../protocol/index.ts";
import { identifyServer, modelNamed } from "../../servers/index.ts";
import { type Endpoint, memoryPlace, rememberedFacts } from "../../wire/index.ts";

export interface WindowQuestion {
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly memory: EndpointMemory;
  /** Connections of its own, and to this machine only: the one to the model stays free for the next request. */
  readonly openHttp: () => HttpClient;
}

const TIMEOUT_MS = 1_500;

export interface FoundWindow {
  readonly tokens: number;
  readonly server: ServerKind;
  /** What the model was made for. */
  readonly most?: number;
}

/** What the server tells is kept for later sessions; who it is, too, so that the next question is one request. */
export async function askWindow(
  options: WindowQuestion & { readonly signal: AbortSignal },
): Promise<FoundWindow | undefined> {
  const { endpoint, model, memory, signal } = options;
  const http = options.openHttp();
  const found = await identifyServer(endpoint, {
    http,
    signal,
    timeoutMs: TIMEOUT_MS,
    expected: rememberedFacts(endpoint, model, memory).server.kind,
    about: { model, whenLoaded: true },
    triesRoutes: true,
  }).finally(() => http.close());
  if (found.type !== "identified") {
    return undefined;
  }
  const { server } = found;
  const served = modelNamed(server, model);
  const window = served?.contextWindow;
  const slots = served?.slots ?? server.slots;
  memory.put(memoryPlace(endpoint), model, {
    server: { kind: server.kind, ...(slots === undefined ? {} : { slots }) },
    ...(window === undefined ? {} : { model: { contextWindow: window } }),
  });
  return window === undefined
    ? undefined
    : {
        tokens: window,
        server: server.kind,
        ...(served?.maxContextWindow === undefined ? {} : { most: served.maxContextWindow }),
      };
}
