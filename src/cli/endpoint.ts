import type { Config, ProviderConfig } from "../config/index.ts";
import { isLoopback } from "../net/index.ts";
import type { EndpointMemory, MissingKeyError } from "../protocol/index.ts";
import { type Endpoint, pickDialect, rememberedFacts } from "../wire/index.ts";
import type { Io } from "./io.ts";
import { version } from "./version.ts";

export type ResolvedEndpoint =
  | { readonly ok: true; readonly endpoint: Endpoint }
  | { readonly ok: false; readonly error: MissingKeyError };

/**
 * Turns a provider of the config into what the wire needs: keys looked up, headers made, the dialect chosen, by what is
 * remembered of who answered there.
 */
export function resolveEndpoint(
  config: Config,
  env: Io["env"],
  readOpenAiKey: () => string | undefined,
  memory?: EndpointMemory,
): ResolvedEndpoint {
  const { provider } = config;
  const key = findKey(provider, env, readOpenAiKey);
  if (!key.ok) {
    return key;
  }
  const { hostname, port } = new URL(provider.baseUrl);
  return {
    ok: true,
    endpoint: {
      providerId: provider.id,
      baseUrl: provider.baseUrl,
      queryParams: provider.queryParams,
      headers: { ...baseHeaders(key.value), ...configuredHeaders(provider, env) },
      wireApi: provider.wireApi,
      dialect: pickDialect({
        providerId: provider.id,
        providerName: provider.name,
        hostname,
        port,
        model: config.model,
        kind: memory && rememberedFacts(provider, config.model, memory).server.kind,
      }),
      requestMaxRetries: provider.requestMaxRetries,
      streamMaxRetries: provider.streamMaxRetries,
      idleTimeoutMs: waitsForEver(provider, hostname) ? undefined : provider.streamIdleTimeoutMs,
    },
  };
}

type FoundKey =
  | { readonly ok: true; readonly value: string | undefined }
  | { readonly ok: false; readonly error: MissingKeyError };

/** The variable first; then, for OpenAI alone, the key that `codex login` left in auth.json. */
function findKey(
  provider: ProviderConfig,
  env: Io["env"],
  readOpenAiKey: () => string | undefined,
): FoundKey {
  if (provider.bearerToken !== undefined) {
    return { ok: true, value: provider.bearerToken };
  }
  const { envKey } = provider;
  if (envKey === undefined) {
    return { ok: true, value: undefined };
  }
  const fromEnvironment = env[envKey]?.trim();
  if (fromEnvironment !== undefined && fromEnvironment !== "") {
    return { ok: true, value: fromEnvironment };
  }
  const stored = provider.requiresOpenaiAuth ? readOpenAiKey() : undefined;
  if (stored !== undefined) {
    return { ok: true, value: stored };
  }
  const instructions = provider.envKeyInstructions;
  return {
    ok: false,
    error: {
      kind: "missing_key",
      variable: envKey,
      providerName: provider.name,
      ...(instructions === undefined ? {} : { instructions }),
    },
  };
}

function baseHeaders(key: string | undefined): Record<string, string> {
  return {
    "user-agent": `leat/${version}`,
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
}

/** Names in lower case, so that a configured header replaces ours instead of standing beside it. */
function configuredHeaders(provider: ProviderConfig, env: Io["env"]): Record<string, string> {
  const fromEnvironment = Object.entries(provider.envHttpHeaders).flatMap(([header, variable]) => {
    const value = env[variable]?.trim();
    return value === undefined || value === "" ? [] : [[header, value] as const];
  });
  const all = [...Object.entries(provider.httpHeaders), ...fromEnvironment];
  return Object.fromEntries(all.map(([name, value]) => [name.toLowerCase(), value]));
}

/** A local server is silent for as long as it reads the prompt. Only a time-out the user set counts there. */
function waitsForEver(provider: ProviderConfig, hostname: string): boolean {
  // 0 is how a user switches a time-out off.
  return provider.streamIdleTimeoutMs === 0 || (isLoopback(hostname) && provider.idleTimeoutIsDefault);
}
