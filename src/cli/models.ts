/** `leat models`: what the servers on this machine have, and the provider in force, wherever it is. */
import type { Config } from "../config/index.ts";
import { readOpenAiKey } from "../home/index.ts";
import { createHttpClient, isLoopback } from "../net/index.ts";
import { type Identification, identifyServer } from "../servers/index.ts";
import type { Endpoint } from "../wire/index.ts";
import { resolveEndpoint } from "./endpoint.ts";
import { exitCode } from "./exit-code.ts";
import { explainConfigError } from "./explain-config.ts";
import type { Io } from "./io.ts";
import { type AskedProvider, modelsAsJson, modelsAsText } from "./models-text.ts";
import { loadSettings } from "./settings.ts";

export interface ModelsOptions {
  readonly overrides: readonly string[];
  readonly profile?: string;
  /** Of a provider; absent: all that may be asked. */
  readonly provider?: string;
  readonly json: boolean;
}

export async function runModels(options: ModelsOptions, io: Io): Promise<number> {
  const load = (modelProvider: string | undefined) => {
    const flags = {
      ...(options.profile === undefined ? {} : { profile: options.profile }),
      ...(modelProvider === undefined ? {} : { modelProvider }),
    };
    return loadSettings({ overrides: options.overrides, addDirs: [], flags }, io);
  };
  const chosen = load(options.provider);
  if (!chosen.ok) {
    const { message, hint } = explainConfigError(chosen.error);
    io.stderr.write(`${message}\n${hint === undefined ? "" : `${hint}\n`}`);
    return exitCode.failure;
  }
  const others = options.provider === undefined ? loopbackIds(chosen.config) : [];
  const targets = [
    ...(options.provider !== undefined || mayBeAsked(chosen.config) ? [chosen.config] : []),
    ...others.flatMap((id) => {
      // A provider that another one's mistake does not concern; exec names it to whoever chooses it.
      const loaded = load(id);
      return loaded.ok ? [loaded.config] : [];
    }),
  ];
  const asked = await askAll(grouped(targets), { chosen: chosen.config, home: chosen.home }, io);
  if (io.interrupt.aborted) {
    return exitCode.interrupted;
  }
  io.stdout.write(options.json ? modelsAsJson(asked) : modelsAsText(asked));
  return asked.some(({ found }) => found.type === "identified") ? exitCode.ok : exitCode.failure;
}

/** A far provider that nobody chose is Codex's default: it is left in peace. */
function mayBeAsked({ origins, provider }: Config): boolean {
  return origins["model_provider"] !== "default" || isLoopback(new URL(provider.baseUrl).hostname);
}

function loopbackIds({ providers, provider }: Config): string[] {
  return providers
    .filter(({ id, baseUrl }) => id !== provider.id && baseUrl !== undefined && isLocal(baseUrl))
    .map(({ id }) => id);
}

function isLocal(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}

/** Providers at one address are asked once: with what the first of them sends, and the one in force comes first. */
function grouped(configs: readonly Config[]): (readonly [Config, ...Config[]])[] {
  const groups = new Map<string, [Config, ...Config[]]>();
  for (const config of configs) {
    const place = config.provider.baseUrl.replace(/\/+$/, "");
    const group = groups.get(place);
    if (group === undefined) {
      groups.set(place, [config]);
    } else {
      group.push(config);
    }
  }
  return [...groups.values()];
}

/** A server on this machine answers at once or not at all. */
const TIMEOUT_MS = { loopback: 1_500, elsewhere: 6_000 };

async function askAll(
  groups: readonly (readonly [Config, ...Config[]])[],
  { chosen, home }: { readonly chosen: Config; readonly home: string },
  io: Io,
): Promise<AskedProvider[]> {
  const hosts = groups.map(([{ provider }]) => new URL(provider.baseUrl).hostname.toLowerCase());
  const http = createHttpClient(new Set(hosts));
  const ask = async (endpoint: Endpoint): Promise<Identification> => {
    const { hostname, protocol } = new URL(endpoint.baseUrl);
    return await identifyServer(endpoint, {
      http,
      signal: io.interrupt,
      timeoutMs: isLoopback(hostname) ? TIMEOUT_MS.loopback : TIMEOUT_MS.elsewhere,
      about: "all",
      // A public service is what its documentation says, and is not tried out.
      triesRoutes: isLoopback(hostname) || protocol === "http:",
    });
  };
  try {
    return await Promise.all(
      groups.map(async (group) => {
        const [config] = group;
        const ids = group.map(({ provider }) => provider.id);
        const resolved = resolveEndpoint(config, io.env, () => readOpenAiKey(home));
        return {
          config,
          ids,
          ...(ids.includes(chosen.provider.id) ? { modelInForce: chosen.model } : {}),
          found: resolved.ok
            ? await ask(resolved.endpoint)
            : { type: "not-asked" as const, error: resolved.error },
        };
      }),
    );
  } finally {
    http.close();
  }
}
