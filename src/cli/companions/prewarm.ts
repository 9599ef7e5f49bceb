import type { HttpClient } from "../../net/index.ts";
import type { AgentEvent, EndpointMemory, ServerKind } from "../../protocol/index.ts";
import { type Endpoint, type ModelRequest, rememberedFacts, warmPrompt } from "../../wire/index.ts";
import type { Companion } from "./companion.ts";
import { inSlot, type SlotKeeper } from "./slot-keeper.ts";

export interface PrewarmOptions {
  /** `never`, `always`, or `free`: only where it costs nothing. */
  readonly when: "never" | "free" | "always";
  readonly isLocal: boolean;
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly memory: EndpointMemory;
  readonly openHttp: () => HttpClient;
  /** The next request, as far as it stands. */
  readonly request: () => ModelRequest;
  readonly slots: Pick<SlotKeeper, "hold" | "rest">;
  readonly now: () => number;
}

export interface Prewarm extends Required<Pick<Companion, "around" | "close">> {
  /** Returns at once. What comes of it is told when it is over. */
  begin(emit: (event: AgentEvent) => void): void;
}

/**
 * While the user is waited for, the server reads what the next request will begin with. That request does not wait for it: it ends
 * it, by closing the socket, and the server keeps what it has read. Nothing that goes wrong here is more than a line in the log.
 */
export function createPrewarm(options: PrewarmOptions): Prewarm {
  const { endpoint, memory, slots, now } = options;
  let running: { readonly cut: AbortController; readonly done: Promise<void> } | undefined;

  async function warm(signal: AbortSignal, emit: (event: AgentEvent) => void): Promise<void> {
    const held = await slots.hold(signal);
    if (held === undefined || signal.aborted) {
      return;
    }
    const http = options.openHttp();
    const started = now();
    const request = inSlot(options.request(), held.slot);
    const end = await warmPrompt(request, endpoint, { http, memory, signal }).finally(() => http.close());
    if (!signal.aborted) {
      slots.rest();
    }
    if (end.end !== "unlimited") {
      emit({ type: "notice", notice: { kind: "prewarmed", elapsedMs: now() - started, ...end } });
    }
  }

  function end(): Promise<void> {
    running?.cut.abort();
    return running?.done ?? Promise.resolve();
  }

  return {
    begin(emit) {
      if (!isAllowed(options)) {
        return;
      }
      void end();
      const cut = new AbortController();
      running = { cut, done: warm(cut.signal, emit).catch(() => {}) };
    },
    async around(asked, ask) {
      void end();
      return await ask(asked);
    },
    close: end,
  };
}

function isAllowed({ when, isLocal, endpoint, model, memory }: PrewarmOptions): boolean {
  switch (when) {
    case "never":
      return false;
    case "always":
      return true;
    case "free":
      return isLocal && isFree(endpoint, model, rememberedFacts(endpoint, model, memory).server.kind);
    default:
      return when satisfies never;
  }
}

/** Where somebody may have to pay, by what is known of who answers: a server of this machine may pass requests on. */
function isFree({ headers }: Endpoint, model: string, kind: ServerKind | undefined): boolean {
  switch (kind) {
    case "ollama":
      // Models that Ollama runs for money on machines of its own: `gpt-oss:120b-cloud`.
      return !/[:-]cloud$/.test(model);
    case "lmstudio":
    case "llamacpp":
    case "llamacpp-router":
    case "vllm":
    case "sglang":
    case "mlx":
    case "tabbyapi":
    case "koboldcpp":
    case "localai":
      return true;
    case "litellm":
      return false;
    case "openai-like":
    case undefined:
      // A key stands for an account.
      return !Object.keys(headers).some((name) => /authorization|key|token/.test(name));
    default:
      return kind satisfies never;
  }
}
