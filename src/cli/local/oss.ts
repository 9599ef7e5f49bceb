/** `--oss`, with Codex's meaning: a server of this machine, and the model is fetched where it is missing. */
import type { Config } from "../../config/index.ts";
import { safeLine } from "../../exec/index.ts";
import { readOpenAiKey } from "../../home/index.ts";
import { createHttpClient, type HttpClient, isLoopback } from "../../net/index.ts";
import {
  chatModels,
  discoverServers,
  type FoundServer,
  type Identification,
  identifyServer,
  matchName,
  modelNamed,
  type ServerAddress,
  type ServerIdentity,
} from "../../servers/index.ts";
import { memoryPlace } from "../../wire/index.ts";
import { resolveEndpoint } from "../endpoint.ts";
import { exitCode } from "../exit-code.ts";
import { explainConfigError } from "../explain-config.ts";
import type { Explanation } from "../explanation.ts";
import { fail } from "../fail.ts";
import type { Io } from "../io.ts";
import type { Choice, ChoiceSources, LocalProvider, OssProvider } from "../provider-choice.ts";
import { builtInIdOf } from "./found-provider.ts";
import { canPull, explainName, placeOf, placeText } from "./local-text.ts";
import { explainOssAbsence, NO_CHOICE } from "./oss-text.ts";

/** What Codex asks for where no model is named; llama.cpp is asked for what it has. */
const DEFAULT_MODELS: Readonly<Record<OssProvider, string | undefined>> = {
  oss: "gpt-oss:20b",
  ollama: "gpt-oss:20b",
  lmstudio: "openai/gpt-oss-20b",
  llamacpp: undefined,
};

/** Codex waits as long for a connection. */
const TIMEOUT_MS = 5_000;

export async function useOssProvider(sources: ChoiceSources, io: Io): Promise<Choice> {
  const { wanted, config } = sources;
  // The key table lets nothing else through.
  const choice = (wanted.localProvider ?? config.ossProvider) as OssProvider | undefined;
  const attempt = await tryProvider(choice ?? "oss", sources, io);
  if (attempt.type === "ended") {
    return attempt.choice;
  }
  const { config: tried, found } = attempt;
  const isDefault = choice === undefined && isAtDefault(tried) && found.type === "unreachable";
  const others = isDefault ? await findOthers(sources, io) : [];
  const [only, ...more] = others;
  if (io.interrupt.aborted) {
    return { ok: false, code: exitCode.interrupted };
  }
  if (only === undefined) {
    return { ok: false, code: fail(io, explainOssAbsence(choice ?? "oss", found, tried)) };
  }
  if (more.length > 0) {
    const running = others.map(placeOf).join(" and ");
    return { ok: false, code: fail(io, { message: NO_CHOICE, hint: `Running: ${running}.` }) };
  }
  const id = builtInIdOf(only.server.kind) as LocalProvider;
  io.stderr.write(`using ${placeOf(only)}, since Ollama does not run\n`);
  const second = await tryProvider(id, sources, io);
  return second.type === "ended"
    ? second.choice
    : { ok: false, code: fail(io, explainOssAbsence(id, second.found, second.config)) };
}

type Attempt =
  | { readonly type: "ended"; readonly choice: Choice }
  | {
      readonly type: "absent";
      readonly config: Config;
      readonly found: Exclude<Identification, { type: "identified" }>;
    };

async function tryProvider(id: OssProvider, sources: ChoiceSources, io: Io): Promise<Attempt> {
  const { wanted, home, reload, traffic } = sources;
  const ended = (choice: Choice): Attempt => ({ type: "ended", choice });
  const model = wanted.model ?? DEFAULT_MODELS[id];
  const settings = reload({
    modelProvider: id,
    showRawAgentReasoning: true,
    ...(model === undefined ? {} : { model }),
  });
  if (!settings.ok) {
    return ended({ ok: false, code: fail(io, explainConfigError(settings.error)) });
  }
  const { config } = settings;
  const { hostname } = new URL(config.provider.baseUrl);
  const resolved = resolveEndpoint(config, io.env, () => readOpenAiKey(home));
  // Told by whoever opens the session, before anything is sent.
  if (!resolved.ok || (wanted.offline && !isLoopback(hostname))) {
    return ended({ ok: true, config });
  }
  const http = createHttpClient(new Set([hostname]), { traffic });
  try {
    const address = resolved.endpoint;
    const found = await identifyServer(address, {
      http,
      signal: io.interrupt,
      timeoutMs: TIMEOUT_MS,
      about: { model: config.model },
      triesRoutes: true,
    });
    if (io.interrupt.aborted) {
      return ended({ ok: false, code: exitCode.interrupted });
    }
    if (found.type !== "identified") {
      return { type: "absent", config, found };
    }
    return ended(await ensureModel(found.server, { config, address, http, named: model }, sources, io));
  } finally {
    http.close();
  }
}

interface Reached {
  readonly config: Config;
  readonly address: ServerAddress;
  readonly http: HttpClient;
  /** undefined: whatever the server has. */
  readonly named: string | undefined;
}

async function ensureModel(
  server: ServerIdentity,
  { config, address, http, named }: Reached,
  { wanted, memory }: ChoiceSources,
  io: Io,
): Promise<Choice> {
  const { host } = new URL(config.provider.baseUrl);
  const place = placeText(server.kind, host);
  const use = (model: string): Choice => {
    const window = modelNamed(server, model)?.contextWindow;
    memory.put(memoryPlace(config.provider), model, {
      server: { kind: server.kind },
      model: { isListed: true, ...(window === undefined ? {} : { contextWindow: window }) },
    });
    return { ok: true, config: { ...config, model, modelIsDefault: false } };
  };
  const models = chatModels(server);
  const isFree = named === undefined || (wanted.model === undefined && server.ignoresModelName === true);
  if (isFree) {
    const [first] = models;
    if (first !== undefined) {
      io.stderr.write(`using ${safeLine(first.id)} on ${place}\n`);
    }
    return use(first?.id ?? "default");
  }
  const id = nameOf(named, server);
  if (id !== undefined) {
    return use(id);
  }
  const ended = (explanation: Explanation): Choice => ({ ok: false, code: fail(io, explanation) });
  if (!canPull(server.kind) || wanted.offline) {
    const places = [{ kind: server.kind, host, ids: models.map((model) => model.id) }];
    return ended(explainName(named, [], places));
  }
  const { pullModel } = await import("../models/pull-model.ts");
  const outcome = await pullModel({ address, kind: server.kind, name: named, http }, io);
  switch (outcome) {
    case "pulled":
      return use(named);
    case "failed":
      return { ok: false, code: exitCode.failure };
    case "interrupted":
      return { ok: false, code: exitCode.interrupted };
    default:
      return outcome satisfies never;
  }
}

/** Whole names only: with `--oss` a name that is missing is fetched. In LM Studio the maker's name may be left out. */
function nameOf(name: string, server: ServerIdentity): string | undefined {
  const match = matchName(name, server);
  if (match.type === "exact" || server.ignoresModelName === true) {
    return name;
  }
  const isWhole = match.type === "completed" && match.id.toLowerCase().endsWith(`/${name.toLowerCase()}`);
  return isWhole && server.kind === "lmstudio" ? match.id : undefined;
}

/** Neither the environment nor the configuration says where `oss` is. */
function isAtDefault({ origins }: Config): boolean {
  return origins["model_providers.oss.base_url"] === "default";
}

/** The other servers `--oss` may stand for, where they usually are. */
async function findOthers({ traffic }: ChoiceSources, io: Io): Promise<FoundServer[]> {
  const http = createHttpClient(new Set(), { traffic });
  const { found } = await discoverServers({ http, signal: io.interrupt, ports: [1234, 8080] }).finally(() =>
    http.close(),
  );
  return found.filter(
    ({ server, port }) =>
      (server.kind === "lmstudio" && port === 1234) ||
      (builtInIdOf(server.kind) === "llamacpp" && port === 8080),
  );
}
