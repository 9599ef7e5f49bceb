import type { HttpClient } from "../net/index.ts";
import { codecFor, type WireApi } from "./codec.ts";
import { generic } from "./dialects/generic.ts";
import { type ExchangeEnd, exchange } from "./exchange.ts";
import type { ModelEvent } from "./model-event.ts";
import type { ModelRequest } from "./model-request.ts";
import type { ThinkingStart } from "./response-decoder.ts";

export interface AskOnceOptions {
  readonly http: HttpClient;
  readonly baseUrl: string;
  readonly api: WireApi;
  readonly thinkingStart: ThinkingStart;
  readonly isStreamed: boolean;
  /** Silence that long ends the answer, in milliseconds. */
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly newCallId: () => string;
  readonly emit: (event: ModelEvent) => void;
}

/** One request and its answer as they are: no retry, no other API, nothing learnt before or after. For looking into a stream. */
export async function askOnce(request: ModelRequest, options: AskOnceOptions): Promise<ExchangeEnd> {
  const { baseUrl, api, idleTimeoutMs, isStreamed } = options;
  const settings = { ...request.settings, extraBody: { ...request.settings?.extraBody, stream: isStreamed } };
  const dialect = isStreamed ? generic : { ...generic, refusedParameters: new Set(["stream_options"]) };
  const endpoint = {
    providerId: "replay",
    baseUrl,
    queryParams: {},
    headers: {},
    wireApi: api,
    dialect,
    requestMaxRetries: 0,
    streamMaxRetries: 0,
    idleTimeoutMs,
  };
  return exchange({ ...request, settings }, endpoint, { ...options, codec: await codecFor(api), dialect });
}
