import { type HttpClient, isLoopback, retryDelayMs, sleep } from "../net/index.ts";
import type { EndpointFacts, EndpointMemory, ModelError } from "../protocol/index.ts";
import { type AttemptEnd, attemptChat } from "./chat/attempt.ts";
import type { DroppableParameter } from "./chat/encode.ts";
import { type Endpoint, shownUrl } from "./endpoint.ts";
import type { ModelEvent } from "./model-event.ts";
import type { ModelRequest } from "./model-request.ts";

export interface StreamOptions {
  readonly http: HttpClient;
  /** What was learnt of endpoints before; new lessons are put there. */
  readonly memory: EndpointMemory;
  readonly signal: AbortSignal;
  /** In [0, 1), for the jitter of the back-off. */
  readonly random: () => number;
  readonly newCallId: () => string;
}

/**
 * Asks the model and streams its answer, over retries and refused parameters, to exactly one final event.
 * Two budgets that do not multiply: one for answers that never began, one for streams that broke. Nothing
 * has been run when an attempt is given up, since calls leave only with a whole response.
 */
export async function* streamModel(
  request: ModelRequest,
  endpoint: Endpoint,
  options: StreamOptions,
): AsyncGenerator<ModelEvent, void, void> {
  const { memory, signal } = options;
  const retries = { request: 0, stream: 0 };
  // Without credentials, since it is written down.
  const place = shownUrl(endpoint, "");
  const refused = new Set(droppable.filter((parameter) => memory.get(place)[FACTS[parameter]] === true));
  let loadingPolls = 0;
  for (let attempts = 1; ; attempts += 1) {
    const end = yield* attemptChat(request, endpoint, { ...options, refused });
    if (end.type === "completed") {
      for (const item of end.response.items) {
        yield { type: "item", item };
      }
      yield { type: "completed", completion: end.response.completion };
      return;
    }
    if (end.type === "interrupted") {
      yield end;
      return;
    }
    const parameter = droppable.find((name) => name === end.error.parameter && !refused.has(name));
    if (parameter !== undefined) {
      refused.add(parameter);
      memory.put(place, { [FACTS[parameter]]: true });
      yield { type: "notice", notice: { kind: "parameter-dropped", parameter } };
      continue;
    }
    if (end.error.kind === "model_loading" && loadingPolls < MAX_LOADING_POLLS) {
      if (loadingPolls === 0) {
        yield { type: "notice", notice: { kind: "model-loading", error: end.error } };
      }
      loadingPolls += 1;
      await sleep(retryDelayMs(1, end.error.retryAfterSeconds ?? LOADING_POLL_SECONDS, 0), signal);
      continue;
    }
    const layer = end.type === "rejected" ? "request" : "stream";
    const maxAttempts = maxRetries(end, endpoint);
    if (retries[layer] >= maxAttempts) {
      const partial = end.type === "broken" ? end.partial : [];
      yield { type: "failed", error: { ...end.error, attempts }, partial };
      return;
    }
    retries[layer] += 1;
    const attempt = retries[layer];
    const delayMs = retryDelayMs(attempt, end.error.retryAfterSeconds, options.random());
    if (end.type === "broken") {
      yield { type: "response-discarded" };
    }
    yield {
      type: "notice",
      notice: { kind: "retry", layer, attempt, maxAttempts, delayMs, error: end.error },
    };
    await sleep(delayMs, signal);
    if (signal.aborted) {
      yield { type: "interrupted", partial: [] };
      return;
    }
  }
}

/** A large model takes minutes to load; asking every two seconds, ten minutes long, is no failure and no hurry. */
const LOADING_POLL_SECONDS = 2;
const MAX_LOADING_POLLS = 300;

/** Under which fact it is remembered that an endpoint refuses a parameter. */
const FACTS = {
  stream_options: "refusesStreamOptions",
  return_progress: "refusesReturnProgress",
} as const satisfies Record<DroppableParameter, keyof EndpointFacts>;

const droppable = Object.keys(FACTS) as DroppableParameter[];

type Failure = Extract<AttemptEnd, { type: "rejected" | "broken" }>;

/** How often this kind of failure may be tried again. A plain 4xx never is: the same request fails again. */
function maxRetries(end: Failure, endpoint: Endpoint): number {
  const budget = end.type === "rejected" ? endpoint.requestMaxRetries : endpoint.streamMaxRetries;
  switch (end.error.kind) {
    case "disconnected":
    case "idle_timeout":
    case "incomplete":
    case "model_loading":
    case "rate_limit":
    case "overloaded":
      return budget;
    case "server":
      return isRefusal(end.error) ? 0 : budget;
    // Nothing listens: on this machine that will not change within seconds, and the user wants to know.
    case "connection_refused":
      return isLoopback(new URL(endpoint.baseUrl).hostname) ? 0 : budget;
    case "host_not_found":
    case "unreachable":
      return Math.min(1, budget);
    case "host_not_allowed":
    case "tls":
    case "redirect":
    case "empty_answer":
    case "context_overflow":
    case "model_not_loaded":
    case "model_not_found":
    case "tools_unsupported":
    case "unsupported_parameter":
    case "template":
    case "reasoning_replay_required":
    case "quota":
    case "auth":
    case "not_found":
    case "bad_request":
      return 0;
    default:
      return end.error.kind satisfies never;
  }
}

function isRefusal(error: ModelError): boolean {
  return error.status !== undefined && error.status < 500;
}
