/** Who answers at the providers that may be asked without being named: those on this machine, and the one in force. */
import type { Config } from "../config/index.ts";
import { readOpenAiKey } from "../home/index.ts";
import { createHttpClient, isLoopback } from "../net/index.ts";
import type { ConfigError, LeatError } from "../protocol/index.ts";
import { type Identification, type IdentifyOptions, identifyServer } from "../servers/index.ts";
import type { Endpoint } from "../wire/index.ts";
import { resolveEndpoint } from "./endpoint.ts";
import type { Io } from "./io.ts";
import { loadSettings } from "./settings.ts";

export interface AskServersOptions {
  readonly overrides: readonly string[];
  readonly profile?: string;
  /** Of a provider, also one elsewhere; absent: all that may be asked. */
  readonly provider?: string;
  /** `all`, or what concerns the model of that name. */
  readonly about: IdentifyOptions["about"];
}

/** One address, with every provider that names it, and who was met there. */
export interface AskedProvider {
  readonly config: Config;
  readonly ids: readonly string[];
  /** The model that exec would ask for; absent where another provider is in force. */
  readonly modelInForce?: string;
  readonly found: Identification | { readonly type: "not-asked"; readonly error: LeatError };
  /** Absent where a key is missing. */
  readonly endpoint?: Endpoint;
}

export type AskedServers =
  | { readonly ok: true; readonly asked: readonly AskedProvider[] }
  | { readonly ok: false; readonly error: ConfigError };

/** The provider in force comes first. */
export async function askServers(options: AskServersOptions, io: Io): Promise<AskedServers> {
  const load = (modelProvider: string | undefined) => {
    const flags = {
      ...(options.profile === undefined ? {} : { profile: options.profile }),
      ...(modelProvider === undefined ? {} : { modelProvider }),
    };
    return loadSettings({ overrides: options.overrides, addDirs: [], flags }, io);
  };
  const chosen = load(options.provider);
  if (!chosen.ok) {
    return chosen;
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
  const sources = { chosen: chosen.config, home: chosen.home, about: options.about };
  return { ok: true, asked: await askAll(grouped(targets), sources, io) };
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

interface Sources {
  readonly chosen: Config;
  readonly home: string;
  readonly about: IdentifyOptions["about"];
}

async function askAll(
  groups: readonly (readonly [Config, ...Config[]])[],
  { chosen, home, about }: Sources,
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
      about,
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
          ...(resolved.ok
            ? { endpoint: resolved.endpoint, found: await ask(resolved.endpoint) }
            : { found: { type: "not-asked" as const, error: resolved.error } }),
        };
      }),
    );
  } finally {
    http.close();
  }
}
