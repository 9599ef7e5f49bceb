import type { HttpClient } from "../net/index.ts";
import type { EndpointMemory, PrefillProgress, PrewarmEnd } from "../protocol/index.ts";
import { codecFor } from "./codec.ts";
import { adapt } from "./dialects/adapt.ts";
import { type Endpoint, rememberedFacts } from "./endpoint.ts";
import { exchange } from "./exchange.ts";
import type { ModelRequest } from "./model-request.ts";

export interface WarmOptions {
  readonly http: HttpClient;
  readonly memory: EndpointMemory;
  /** Aborted: the socket closes at once, and what the server has read by then stays in its cache. */
  readonly signal: AbortSignal;
}

/** `unlimited`: nothing was sent, since the server can't be told to stop after a token. */
export type WarmEnd = PrewarmEnd | { readonly end: "unlimited" };

/** More than the one token that was asked for: the server does not know the limit, and is hung up on. */
const MOST_PIECES = 4;

/**
 * Has the server read a prompt and throws its answer away. The same encoder, dialect and model as for the request that will
 * follow: of it, all bytes up to the end of the last message are the same. One request: no retry, nothing learnt.
 */
export async function warmPrompt(
  request: ModelRequest,
  endpoint: Endpoint,
  { http, memory, signal }: WarmOptions,
): Promise<WarmEnd> {
  const facts = rememberedFacts(endpoint, request.model, memory);
  const dialect = adapt(endpoint.dialect, facts);
  const codec = await codecFor(facts.model.wireApi ?? facts.server.wireApi ?? endpoint.wireApi);
  const limited = { ...request, settings: { ...request.settings, maxOutputTokens: 1 } };
  const limit = codec.path === "/responses" ? "max_output_tokens" : dialect.maxTokensField;
  const { extraBody = {} } = limited.settings;
  if (dialect.refusedParameters.has(limit) || Object.hasOwn(extraBody, limit)) {
    return { end: "unlimited" };
  }
  const own = new AbortController();
  const stop = () => own.abort();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) {
    stop();
  }
  let progress: PrefillProgress | undefined;
  let pieces = 0;
  const ending = await exchange(limited, endpoint, {
    http,
    codec,
    dialect,
    thinkingStart: "tagged",
    signal: own.signal,
    newCallId: () => "call_none",
    emit(event) {
      if (event.type === "prefill-progress") {
        progress = event.progress;
        return;
      }
      pieces += 1;
      if (pieces >= MOST_PIECES) {
        stop();
      }
    },
  }).finally(() => signal.removeEventListener("abort", stop));
  const isCut = signal.aborted;
  if (isCut) {
    return { end: "cut", ...(progress && { tokens: progress.processed, total: progress.total }) };
  }
  switch (ending.type) {
    case "rejected":
      return { end: "failed", error: ending.error };
    case "interrupted":
      return { end: "read", ...(progress && { tokens: progress.total }) };
    case "broken":
    case "completed": {
      // An answer of one token ends where an error would; that there was one shows that the prompt was read.
      if (ending.type === "broken" && pieces === 0) {
        return { end: "failed", error: ending.error };
      }
      const { inputTokens, cachedInputTokens } = ending.response.completion.usage;
      return {
        end: "read",
        ...(inputTokens === undefined ? {} : { tokens: inputTokens }),
        ...(cachedInputTokens === undefined ? {} : { cached: cachedInputTokens }),
      };
    }
    default:
      return ending satisfies never;
  }
}
