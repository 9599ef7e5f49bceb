import type { ModelError, ServerKind } from "../protocol/index.ts";
import { type Answer, modelList, type Route, type ServerAdapter } from "./adapter.ts";
import { type AskOptions, ask, type ServerAddress } from "./ask.ts";
import { type Fields, fields } from "./fields.ts";
import { type Identification, modelNamed, type ServedModel, type ServerIdentity } from "./identity.ts";
import { ADAPTERS, PLAIN } from "./kinds/all.ts";
import { startPatience } from "./patience.ts";

interface ModelQuestion {
  readonly model: string;
  /** Of one that is not loaded, the window that it will be loaded with is wanted, too. */
  readonly whenLoaded?: true;
}

export interface IdentifyOptions extends AskOptions {
  /** All of it ends after so long, whatever the server does. */
  readonly timeoutMs: number;
  /** Who answered here before: asked first in its own way, and believed only if it answers so. */
  readonly expected?: ServerKind | undefined;
  /** `all`: whatever a person wants to know. Else only what tells the window of the model of that name. */
  readonly about: "all" | ModelQuestion;
  /** Where its list does not tell who it is, each known server's own route is tried; all of them have a list. */
  readonly triesRoutes: boolean;
}

/**
 * Who answers at this address. By what it says, not by its port: the list of models, which every server has, mostly tells
 * who wrote it, and one more route proves it and has the rest.
 */
export async function identifyServer(
  address: ServerAddress,
  options: IdentifyOptions,
): Promise<Identification> {
  const { signal, end } = startPatience(options.timeoutMs, options.signal);
  return await identify({ address, options: { ...options, signal }, answers: new Map() }).finally(end);
}

/** What has been asked so far. */
interface Asking {
  readonly address: ServerAddress;
  readonly options: IdentifyOptions;
  readonly answers: Map<Route, Answer>;
  /** Why there is no list of models, where the connection failed. */
  failure?: ModelError;
}

async function identify(asking: Asking): Promise<Identification> {
  const server = await findServer(asking);
  if (server !== undefined) {
    return { type: "identified", server };
  }
  const list = asking.answers.get("models");
  if (list !== undefined) {
    return { type: isRefusal(list) ? "refused" : "foreign", status: list.status };
  }
  return asking.failure === undefined ? { type: "silent" } : { type: "unreachable", error: asking.failure };
}

async function findServer(asking: Asking): Promise<ServerIdentity | undefined> {
  const { expected, triesRoutes } = asking.options;
  const before = await firstOf(
    ADAPTERS.filter(({ kind }) => kind === expected),
    asking,
  );
  if (before !== undefined) {
    return before;
  }
  await askAll(["models"], asking);
  const answer = asking.answers.get("models");
  if (answer === undefined || isRefusal(answer)) {
    return undefined;
  }
  if (isLoading(answer)) {
    return { kind: "llamacpp", isLoading: true, ignoresModelName: true, models: [] };
  }
  const list = modelList(asking.answers);
  const likely = list === undefined ? [] : ADAPTERS.filter(({ looksLike }) => looksLike(list));
  const found = await firstOf(likely, asking);
  if (found !== undefined) {
    return found;
  }
  // Once is enough: who was nobody we know before is asked for its list alone.
  if (triesRoutes && list !== undefined && expected !== PLAIN.kind) {
    const routes = ADAPTERS.flatMap((adapter) => adapter.routes);
    await askAll(routes, asking);
    const searched = await firstOf(ADAPTERS, asking);
    if (searched !== undefined) {
      return searched;
    }
  }
  const plain = PLAIN.identify(asking.answers);
  const [looksLike] = likely;
  // Where time ran out, who it is by its list is nearer the truth than nobody we know.
  return plain !== undefined && looksLike !== undefined && asking.options.signal.aborted
    ? { ...plain, kind: looksLike.kind }
    : plain;
}

async function firstOf(
  adapters: readonly ServerAdapter[],
  asking: Asking,
): Promise<ServerIdentity | undefined> {
  for (const adapter of adapters) {
    await askAll(adapter.routes, asking);
    if (adapter.identify(asking.answers) !== undefined) {
      return await complete(adapter, asking);
    }
  }
  return undefined;
}

/** All that was wanted of a server that is known by now. */
async function complete(adapter: ServerAdapter, asking: Asking): Promise<ServerIdentity | undefined> {
  const { about } = asking.options;
  if (about === "all") {
    await askAll(["models", ...adapter.moreRoutes], asking);
  }
  const server = adapter.identify(asking.answers);
  const { perModel } = adapter;
  if (server === undefined || perModel === undefined) {
    return server;
  }
  if (about !== "all") {
    const named = modelNamed(server, about.model);
    if (about.whenLoaded === true && perModel.windowWhenLoaded !== undefined && named?.state !== "loaded") {
      // A list of what runs does not have it yet.
      const model = named ?? { id: about.model, state: "not-loaded" };
      const answer = await askAbout(model, perModel, asking);
      const contextWindow = answer === undefined ? undefined : perModel.windowWhenLoaded(answer);
      return contextWindow === undefined
        ? server
        : {
            ...server,
            models: [{ ...model, contextWindow }, ...server.models.filter((other) => other !== named)],
          };
    }
    const wanted = perModel.tellsWindow ? named : undefined;
    return wanted === undefined ? server : withModels(server, [await askModel(wanted, perModel, asking)]);
  }
  const told = await Promise.all(
    server.models.slice(0, MOST_MODELS_ASKED).map((model) => askModel(model, perModel, asking)),
  );
  return withModels(server, told);
}

/** Each is one question; a collection larger than this is not asked about in full. */
const MOST_MODELS_ASKED = 48;

async function askModel(model: ServedModel, perModel: PerModel, asking: Asking): Promise<ServedModel> {
  const answer = await askAbout(model, perModel, asking);
  return answer === undefined ? model : perModel.add(model, answer);
}

type PerModel = NonNullable<ServerAdapter["perModel"]>;

async function askAbout(
  model: ServedModel,
  { question }: PerModel,
  { address, options }: Asking,
): Promise<Fields | undefined> {
  const asked = question(model);
  const outcome = asked === undefined ? undefined : await ask(address, asked, options);
  return outcome?.type === "answer" && outcome.answer.status === 200
    ? fields(outcome.answer.json)
    : undefined;
}

function withModels(server: ServerIdentity, told: readonly ServedModel[]): ServerIdentity {
  const byId = new Map(told.map((model) => [model.id, model]));
  return { ...server, models: server.models.map((model) => byId.get(model.id) ?? model) };
}

/** At the same time, and each route once. */
async function askAll(routes: readonly Route[], asking: Asking): Promise<void> {
  const { address, options, answers } = asking;
  const open = [...new Set(routes)].filter((route) => !answers.has(route));
  const askOne = async (route: Route): Promise<void> => {
    const outcome = await ask(address, { route }, options);
    if (outcome.type === "answer") {
      answers.set(route, outcome.answer);
    } else if (outcome.type === "failed" && route === "models") {
      asking.failure = outcome.error;
    }
  };
  await Promise.all(open.map(askOne));
}

function isRefusal({ status }: Answer): boolean {
  return status === 401 || status === 403;
}

/** llama.cpp answers so to whatever is asked, until its model is there. */
function isLoading({ status, json }: Answer): boolean {
  return status === 503 && fields(fields(json)["error"])["message"] === "Loading model";
}
