import type { HttpClient } from "../../net/index.ts";
import type { EndpointMemory } from "../../protocol/index.ts";
import { type Endpoint, rememberedFacts } from "../../wire/index.ts";
import type { Companion } from "./companion.ts";

export interface KeepLoadedOptions {
  /** As configured; absent: an hour. 0: nothing is asked for. */
  readonly minutes: number | undefined;
  readonly isLocal: boolean;
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly memory: EndpointMemory;
  readonly openHttp: () => HttpClient;
}

const USUAL_MINUTES = 60;
/** A server on this machine has answered by then, or is busy with something else. */
const CLOSE_GRACE_MS = 250;
const TIMEOUT_MS = 1_500;

/**
 * Ollama unloads a model five minutes after its last request, and its `/v1` takes no `keep_alive`. Once a session it is told by its
 * own API, without a prompt, when the first answer is over: only then `/api/ps` says how long the model would stay (sched.go puts
 * the time when the last request has ended). Requests on `/v1` bring no time of their own, so this one holds for all that follow.
 */
export function createKeepLoaded(options: KeepLoadedOptions): Required<Pick<Companion, "around" | "close">> {
  const { minutes = USUAL_MINUTES, isLocal, endpoint, model, memory } = options;
  const closing = new AbortController();
  let asking: Promise<void> | undefined;

  function isOllama(): boolean {
    const { kind } = rememberedFacts(endpoint, model, memory).server;
    return kind === undefined ? endpoint.dialect.name === "ollama" : kind === "ollama";
  }

  async function keep(): Promise<void> {
    const { keepModel } = await import("./keep-model.ts");
    await keepModel(model, minutes, { ...options, signal: closing.signal, timeoutMs: TIMEOUT_MS });
  }

  return {
    async around(asked, ask) {
      const end = await ask(asked);
      if (isLocal && minutes > 0 && asking === undefined && end.type === "completed" && isOllama()) {
        asking = keep().catch(() => {});
      }
      return end;
    },
    async close() {
      if (asking === undefined) {
        return;
      }
      const timer = setTimeout(() => closing.abort(), CLOSE_GRACE_MS);
      await asking;
      clearTimeout(timer);
    },
  };
}

/**
 * What goes into each request to LM Studio, which counts from the last one and minds it for models that it loads when they are first
 * asked for. Its own time is an hour, which its user may have changed there: only who sets leat's key gets another.
 */
export function ttlOf({
  minutes,
  endpoint,
  model,
  memory,
}: Pick<KeepLoadedOptions, "minutes" | "endpoint" | "model" | "memory">): { readonly ttl?: number } {
  const { kind } = rememberedFacts(endpoint, model, memory).server;
  const isLmStudio = kind === undefined ? endpoint.dialect.name === "lmstudio" : kind === "lmstudio";
  return isLmStudio && minutes !== undefined && minutes > 0 ? { ttl: minutes * 60 } : {};
}
