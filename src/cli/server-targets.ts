/** Which servers a command may ask that is about servers, and how each is asked who it is. */
import type { Config, ConfigFlags } from "../config/index.ts";
import { readOpenAiKey } from "../home/index.ts";
import { type HttpClient, isLoopback } from "../net/index.ts";
import type { ConfigError, LeatError } from "../protocol/index.ts";
import { type Identification, type IdentifyOptions, identifyServer } from "../servers/index.ts";
import type { Endpoint } from "../wire/index.ts";
import { resolveEndpoint } from "./endpoint.ts";
import type { Io } from "./io.ts";
import { withWhatRuns } from "./local/with-what-runs.ts";
import { loadSettings } from "./settings.ts";

export interface TargetOptions {
  readonly overrides: readonly string[];
  readonly profile?: string;
  /** Of a provider; absent: all that may be asked. */
  readonly provider?: string;
  /** Where nothing is configured, the server that exec would use is the one in force. */
  readonly asExec?: boolean;
}

/** One address, with a configuration for each provider that names it; the first one's key and headers are sent. */
export type Target = readonly [Config, ...Config[]];

export type Targets =
  | {
      readonly ok: true;
      readonly chosen: Config;
      readonly home: string;
      /** The address of the provider in force comes first, if it may be asked. */
      readonly targets: readonly Target[];
    }
  | { readonly ok: false; readonly error: ConfigError };

export async function findTargets(options: TargetOptions, io: Io): Promise<Targets> {
  const reload = (more: ConfigFlags) => {
    const flags = { ...(options.profile === undefined ? {} : { profile: options.profile }), ...more };
    return loadSettings({ overrides: options.overrides, addDirs: [], flags }, io);
  };
  const load = (modelProvider: string) => reload({ modelProvider });
  const settings = options.provider === undefined ? reload({}) : load(options.provider);
  if (!settings.ok) {
    return settings;
  }
  const { home } = settings;
  const chosen =
    options.asExec === true && options.provider === undefined
      ? await withWhatRuns(settings.config, { home, reload }, io)
      : settings.config;
  const others = options.provider === undefined ? loopbackIds(chosen) : [];
  const configs = [
    ...(options.provider !== undefined || mayBeAsked(chosen) ? [chosen] : []),
    ...others.flatMap((id) => {
      // A provider that another one's mistake does not concern; exec names it to whoever chooses it.
      const loaded = load(id);
      return loaded.ok ? [loaded.config] : [];
    }),
  ];
  return { ok: true, chosen, home, targets: grouped(configs) };
}

/** A far provider that nobody chose is Codex's default: it is left in peace. */
export function mayBeAsked({ origins, provider }: Config): boolean {
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
function grouped(configs: readonly Config[]): Target[] {
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

export function hostsOf(targets: readonly Target[]): ReadonlySet<string> {
  return new Set(targets.map(([{ provider }]) => new URL(provider.baseUrl).hostname.toLowerCase()));
}

/** A server on this machine answers at once or not at all. */
const TIMEOUT_MS = { loopback: 1_500, elsewhere: 6_000 };

/** Who is there; `not-asked` where its key is missing. */
export type Meeting =
  | {
      readonly endpoint: Endpoint;
      readonly found: Identification;
    }
  | {
      readonly endpoint?: undefined;
      readonly found: { readonly type: "not-asked"; readonly error: LeatError };
    };

interface MeetOptions {
  readonly home: string;
  readonly http: HttpClient;
  /** Absent: whatever a person wants to know. */
  readonly about?: IdentifyOptions["about"];
}

export async function meetTarget(
  [config]: Target,
  { home, http, about = "all" }: MeetOptions,
  io: Io,
): Promise<Meeting> {
  const resolved = resolveEndpoint(config, io.env, () => readOpenAiKey(home));
  if (!resolved.ok) {
    return { found: { type: "not-asked", error: resolved.error } };
  }
  const { endpoint } = resolved;
  const { hostname, protocol } = new URL(endpoint.baseUrl);
  const found = await identifyServer(endpoint, {
    http,
    signal: io.interrupt,
    timeoutMs: isLoopback(hostname) ? TIMEOUT_MS.loopback : TIMEOUT_MS.elsewhere,
    about,
    // A public service is what its documentation says, and is not tried out.
    triesRoutes: isLoopback(hostname) || protocol === "http:",
  });
  return { endpoint, found };
}
