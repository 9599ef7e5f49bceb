import { type HttpClient, retryDelayMs, sleep } from "../net/index.ts";
import type { EndpointFacts, EndpointMemory, ModelError, Notice } from "../protocol/index.ts";
import { codecFor, type WireApi } from "./codec.ts";
import { adapt } from "./dialects/adapt.ts";
import { type Endpoint, memoryPlace, rememberedFacts } from "./endpoint.ts";
import { type ExchangeEnd, exchange } from "./exchange.ts";
import type { ModelEnd, ModelEvent } from "./model-event.ts";
import type { ModelRequest } from "./model-request.ts";
import { otherApi } from "./other-api.ts";
import { maxRetries } from "./retry-policy.ts";
import { sentPrompt } from "./sent-prompt.ts";

export interface StreamOptions {
  readonly http: HttpClient;
  /** What was learnt of endpoints before; new lessons are put there. */
  readonly memory: EndpointMemory;
  readonly signal: AbortSignal;
  /** In [0, 1), for the jitter of the back-off. */
  readonly random: () => number;
  readonly newCallId: () => string;
  /** Called in the moment something arrives, before the next read; must neither wait nor throw. */
  readonly emit: (event: ModelEvent) => void;
}

/**
 * Asks the model until there is an answer: over retries, refused parameters and dialects learnt on the way.
 * Two budgets that do not multiply: one for answers that never began, one for streams that broke. Nothing
 * has been run when an attempt is given up, since calls leave only with a whole response.
 */
export async function streamModel(
  request: ModelRequest,
  endpoint: Endpoint,
  options: StreamOptions,
): Promise<ModelEnd> {
  const facts = rememberedFacts(endpoint, request.model, options.memory);
  const asking: Asking = {
    endpoint,
    options,
    api: facts.model.wireApi ?? facts.server.wireApi ?? endpoint.wireApi,
    facts,
    requests: 0,
    retries: { request: 0, stream: 0 },
    loadingPolls: 0,
    hasShown: false,
    remember(learnt) {
      asking.facts = {
        server: { ...asking.facts.server, ...learnt.server },
        model: { ...asking.facts.model, ...learnt.model },
      };
      options.memory.put(memoryPlace(endpoint), request.model, learnt);
    },
  };
  for (;;) {
    const unaskable = whyNotAsked(request, asking);
    if (unaskable !== undefined) {
      return { type: "failed", error: unaskable, partial: [] };
    }
    const end = await ask(request, asking);
    if (end.type === "interrupted") {
      return end;
    }
    rememberApi(asking, end);
    if (end.type === "completed") {
      const { items, completion, learnt } = end.response;
      asking.remember({ model: learnt ?? {} });
      return { type: "completed", items, completion, prompt: sentPrompt(end.body) };
    }
    const { contextTokens } = end.error;
    if (contextTokens !== undefined) {
      asking.remember({ model: { contextWindow: contextTokens } });
    }
    const next = (await otherWay(asking, end)) ?? pause(asking, end);
    if (next === undefined) {
      const partial = end.type === "broken" ? end.partial : [];
      return { type: "failed", error: { ...end.error, attempts: asking.requests }, partial };
    }
    if (asking.hasShown) {
      options.emit({ type: "response-discarded" });
    }
    if (next.notice !== undefined) {
      options.emit({ type: "notice", notice: next.notice });
    }
    await sleep(next.delayMs, options.signal);
    if (options.signal.aborted) {
      return { type: "interrupted", partial: [] };
    }
  }
}

/** Where one question stands, over all its requests. */
interface Asking {
  readonly endpoint: Endpoint;
  readonly options: StreamOptions;
  api: WireApi;
  /** The API asked before this one, if the server made us change. */
  changedFrom?: WireApi;
  facts: EndpointFacts;
  requests: number;
  readonly retries: { request: number; stream: number };
  loadingPolls: number;
  /** The attempt has given out something that will be void if another one follows. */
  hasShown: boolean;
  readonly remember: (facts: Partial<EndpointFacts>) => void;
}

/** An answer of a given shape can't be had of a server that refuses to be told the shape. */
function whyNotAsked(request: ModelRequest, { endpoint, facts }: Asking): ModelError | undefined {
  const parameter = "response_format";
  return request.answerSchema !== undefined && adapt(endpoint.dialect, facts).refusedParameters.has(parameter)
    ? { kind: "unsupported_parameter", message: `the server refuses ${parameter}`, parameter }
    : undefined;
}

type Failure = Extract<ExchangeEnd, { type: "rejected" | "broken" }>;

/** How it goes on after a failure. */
interface Next {
  readonly delayMs: number;
  readonly notice?: Notice;
}

async function ask(request: ModelRequest, asking: Asking): Promise<ExchangeEnd> {
  const { endpoint, options, facts } = asking;
  asking.requests += 1;
  asking.hasShown = false;
  return exchange(request, endpoint, {
    ...options,
    emit(event) {
      asking.hasShown ||= event.type !== "prefill-progress";
      options.emit(event);
    },
    codec: await codecFor(asking.api),
    dialect: adapt(endpoint.dialect, facts),
    thinkingStart: facts.model.opensThinking === true ? "likely-open" : "tagged",
  });
}

/** Asks in another way, at once, if the failure teaches one; undefined if it does not. */
async function otherWay(asking: Asking, { error, body }: Failure): Promise<Next | undefined> {
  const other = asking.changedFrom === undefined ? apiInstead(asking, error) : undefined;
  if (other !== undefined) {
    const from = asking.api;
    asking.changedFrom = from;
    asking.api = other;
    return { delayMs: 0, notice: { kind: "api-changed", from, to: other, error } };
  }
  const dialect = adapt(asking.endpoint.dialect, asking.facts);
  const { learn } = await import("./dialects/learn.ts");
  const lesson = learn(error, body, dialect);
  if (lesson === undefined) {
    return undefined;
  }
  asking.remember(lesson.facts);
  return { delayMs: 0, notice: lesson.notice };
}

/** What was remembered may be out of date: the API of the configuration is tried before that is an error. */
function apiInstead({ api, endpoint }: Asking, error: ModelError): WireApi | undefined {
  const isRemembered = api !== endpoint.wireApi;
  return isRemembered && error.kind === "not_found" ? endpoint.wireApi : otherApi(error, api);
}

/** Only a whole answer proves that the other API works. */
function rememberApi(asking: Asking, end: ExchangeEnd): void {
  const { changedFrom, api } = asking;
  if (changedFrom !== undefined && end.type === "completed") {
    asking.remember(changedFrom === "chat" ? { model: { wireApi: api } } : { server: { wireApi: api } });
  }
}

/** A large model takes minutes to load; asking every two seconds, ten minutes long, is no failure and no hurry. */
const LOADING_POLL_SECONDS = 2;
const MAX_LOADING_POLLS = 300;

/** How long to wait before the same request goes out once more; undefined if it shall not. */
function pause(asking: Asking, { type, error }: Failure): Next | undefined {
  const { endpoint, options, retries } = asking;
  if (error.kind === "model_loading" && asking.loadingPolls < MAX_LOADING_POLLS) {
    asking.loadingPolls += 1;
    const delayMs = retryDelayMs(1, error.retryAfterSeconds ?? LOADING_POLL_SECONDS, 0);
    return asking.loadingPolls === 1 ? { delayMs, notice: { kind: "model-loading", error } } : { delayMs };
  }
  const layer = type === "rejected" ? "request" : "stream";
  const maxAttempts = maxRetries(error, layer, endpoint);
  if (retries[layer] >= maxAttempts) {
    return undefined;
  }
  retries[layer] += 1;
  const attempt = retries[layer];
  const delayMs = retryDelayMs(attempt, error.retryAfterSeconds, options.random());
  return { delayMs, notice: { kind: "retry", layer, attempt, maxAttempts, delayMs, error } };
}
