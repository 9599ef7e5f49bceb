/** The servers: each that may be asked is met, and the model in force is put to the proof on its own. */
import type { Config } from "../../config/index.ts";
import { openEndpointMemory, readOpenAiKey } from "../../home/index.ts";
import { createHttpClient, type HttpClient, isLoopback } from "../../net/index.ts";
import type { EndpointMemory } from "../../protocol/index.ts";
import { modelNamed, type ServerIdentity } from "../../servers/index.ts";
import { type Endpoint, memoryPlace } from "../../wire/index.ts";
import { resolveEndpoint } from "../endpoint.ts";
import type { Io } from "../io.ts";
import {
  hostsOf,
  type Meeting,
  mayBeAsked,
  meetTarget,
  type Target,
  type Targets,
} from "../server-targets.ts";
import { judgeAbilities, judgeModel } from "./checks/model.ts";
import { judgeServer } from "./checks/server.ts";
import { judgeWindow } from "./checks/window.ts";
import { checkLive } from "./live-checks.ts";
import type { Report } from "./report.ts";

export interface ServerCheckOptions {
  readonly found: Extract<Targets, { ok: true }>;
  /** `--provider`: the user wants this one checked, wherever it is. */
  readonly isNamed: boolean;
  /** `--quick`: no model is asked anything. */
  readonly quick: boolean;
  readonly report: Report;
}

export async function checkServers(options: ServerCheckOptions, io: Io): Promise<void> {
  const { found, isNamed, report } = options;
  const { chosen, home, targets } = found;
  const http = createHttpClient(hostsOf(targets));
  const memory = openEndpointMemory(home);
  const tools: Tools = { ...options, http, memory, io };
  try {
    const met = await report.during("asking the servers", () =>
      Promise.all(targets.map((target) => meet(target, tools))),
    );
    if (!isNamed && !mayBeAsked(chosen)) {
      report.begin({ id: `server:${chosen.provider.id}`, title: `${chosen.provider.name} (in force)` });
      report.add({
        id: "server",
        status: "info",
        message: `not asked: nobody chose it, it is Codex's default. \`leat doctor --provider ${chosen.provider.id}\` asks it.`,
        data: { providers: [chosen.provider.id], in_force: true, reason: "not-chosen" },
      });
    }
    const isAbsent = ({ isInForce, meeting }: Met) =>
      !isInForce && meeting.found.type === "unreachable" && meeting.found.error.kind === "connection_refused";
    for (const one of met.filter((other) => !isAbsent(other))) {
      if (!io.interrupt.aborted) {
        await checkServer(one, tools);
      }
    }
    reportOthers(met.filter(isAbsent), isNamed ? [] : elsewhere(chosen), report);
  } finally {
    http.close();
  }
}

interface Tools extends ServerCheckOptions {
  readonly http: HttpClient;
  readonly memory: EndpointMemory;
  readonly io: Io;
}

interface Met {
  readonly config: Config;
  readonly ids: readonly string[];
  readonly isInForce: boolean;
  readonly meeting: Meeting;
  readonly tookMs: number;
}

async function meet(target: Target, { found: { chosen, home }, http, io }: Tools): Promise<Met> {
  const [config] = target;
  const ids = target.map(({ provider }) => provider.id);
  const startedMs = performance.now();
  const meeting = await meetTarget(target, { home, http }, io);
  const tookMs = performance.now() - startedMs;
  return { config, ids, isInForce: ids.includes(chosen.provider.id), meeting, tookMs };
}

async function checkServer(met: Met, tools: Tools): Promise<void> {
  const { report } = tools;
  const { config, ids, isInForce, meeting, tookMs } = met;
  const { host } = new URL(config.provider.baseUrl);
  report.begin({
    id: `server:${ids[0]}`,
    title: `${host} (${ids.join(", ")})${isInForce ? ", in force" : ""}`,
  });
  report.add(judgeServer({ config, ids, found: meeting.found, tookMs, isInForce }));
  if (meeting.found.type !== "identified" || meeting.endpoint === undefined) {
    return;
  }
  const { server } = meeting.found;
  keep(server, { ...tools, endpoint: meeting.endpoint, model: isInForce ? config.model : undefined });
  if (isInForce) {
    // By who was met, a run speaks the server's dialect.
    const resolved = resolveEndpoint(
      config,
      tools.io.env,
      () => readOpenAiKey(tools.found.home),
      tools.memory,
    );
    const endpoint = resolved.ok ? resolved.endpoint : meeting.endpoint;
    await checkModel({ ...met, server, endpoint }, tools);
  } else {
    report.add({
      id: "server.models",
      status: "info",
      message: modelsInShort(server),
      data: { models: server.models.map(({ id, state }) => ({ id, state })) },
    });
  }
}

function modelsInShort({ models }: ServerIdentity): string {
  const loaded = models.filter(({ state }) => state === "loaded").map(({ id }) => id);
  const count = models.length === 1 ? "1 model" : `${models.length} models`;
  return loaded.length === 0 ? count : `${count}, loaded: ${loaded.slice(0, 4).join(", ")}`;
}

const LOCAL_TIMEOUTS_MS = { first: 300_000, each: 120_000 };
const FAR_TIMEOUTS_MS = { first: 60_000, each: 60_000 };

async function checkModel(
  { config, server, endpoint }: Met & { readonly server: ServerIdentity; readonly endpoint: Endpoint },
  tools: Tools,
): Promise<void> {
  const { report, quick, isNamed, http, memory, io } = tools;
  const { model } = config;
  const there = judgeModel({ server, model, isDefault: config.modelIsDefault });
  report.add(there);
  const served = modelNamed(server, model);
  if (served !== undefined) {
    report.add(...judgeAbilities(served));
  }
  const reportWindow = (now: ServerIdentity) => {
    const { contextWindow: running, maxContextWindow: most, slots } = modelNamed(now, model) ?? {};
    const configured = config.contextWindow;
    report.add(judgeWindow({ kind: now.kind, model, configured, running, most, slots: slots ?? now.slots }));
  };
  const isLive = !quick && there.status !== "fail";
  const isTold = served?.contextWindow !== undefined;
  if (isTold || (!isLive && served !== undefined)) {
    reportWindow(server);
  }
  if (!isLive) {
    const why = quick ? "--quick" : "the model is not there";
    report.add({
      id: "model.live",
      status: quick ? "info" : "unknown",
      message: `the model was not asked anything (${why})`,
    });
    return;
  }
  const isLocal = isLoopback(new URL(endpoint.baseUrl).hostname);
  await checkLive({
    config,
    endpoint,
    server,
    http,
    memory,
    signal: io.interrupt,
    report,
    timeoutsMs: isLocal ? LOCAL_TIMEOUTS_MS : FAR_TIMEOUTS_MS,
    scope: isLocal || isNamed ? "all" : "streaming",
    async onAnswered() {
      if (isTold) {
        return;
      }
      // What was not loaded is loaded now, and runs with a window.
      const again = isLocal ? await meetTarget([config], { home: tools.found.home, http }, io) : undefined;
      const now = again?.found.type === "identified" ? again.found.server : server;
      keep(now, { memory, endpoint, model });
      reportWindow(now);
    },
  });
}

/** As in every run: who it is and what the model holds is known to later sessions without a question. */
function keep(
  server: ServerIdentity,
  { memory, endpoint, model }: { memory: EndpointMemory; endpoint: Endpoint; model: string | undefined },
): void {
  const served = model === undefined ? undefined : modelNamed(server, model);
  const slots = served?.slots ?? server.slots;
  const contextWindow = served?.contextWindow;
  memory.put(memoryPlace(endpoint), model ?? "", {
    server: { kind: server.kind, ...(slots === undefined ? {} : { slots }) },
    ...(contextWindow === undefined ? {} : { model: { contextWindow } }),
  });
}

/** Who is not in force is not asked over a network. `openai` is always there, whether anybody wants it or not. */
function elsewhere({ provider, providers }: Config): string[] {
  return providers
    .filter(
      ({ id, baseUrl }) => id !== provider.id && id !== "openai" && baseUrl !== undefined && isFar(baseUrl),
    )
    .map(({ id }) => id);
}

function isFar(url: string): boolean {
  return URL.canParse(url) && !isLoopback(new URL(url).hostname);
}

/** Built-in providers that nobody started are no news: one line for all of them. */
function reportOthers(absent: readonly Met[], far: readonly string[], report: Report): void {
  if (absent.length + far.length > 0) {
    report.begin({ id: "servers", title: "Other servers" });
  }
  if (absent.length > 0) {
    const places = absent.map(
      ({ config, ids }) => `${new URL(config.provider.baseUrl).host} (${ids.join(", ")})`,
    );
    report.add({
      id: "servers.absent",
      status: "info",
      message: `nothing listens at ${places.join(", ")}`,
      data: { providers: absent.flatMap(({ ids }) => ids) },
    });
  }
  if (far.length > 0) {
    report.add({
      id: "servers.elsewhere",
      status: "info",
      message: `not asked, since they are elsewhere and not in force: ${far.join(", ")} (\`leat doctor --provider <id>\` asks)`,
      data: { providers: far },
    });
  }
}
