import type { ConfigError } from "../protocol/index.ts";
import type { BuiltInProvider } from "./built-in-providers.ts";
import { isHttpUrl, URL_EXPECTED } from "./check-value.ts";
import type { KnownProvider, ProviderConfig, WireApi } from "./config.ts";
import { type ConfigDocument, errorAt, withoutUserInfo } from "./document.ts";
import { formatKey, type KeyPath } from "./dotted-key.ts";
import { specAt } from "./schema-tree.ts";
import { defaultSetting, foundSetting, type Origins, originOf, type Setting, settle } from "./settings.ts";
import { isTable, type TomlTable, type TomlValue, toJson, valueAt } from "./toml-value.ts";

type BuiltIns = ReadonlyMap<string, BuiltInProvider>;

/** The built-in providers and the user's, each field of the user's table over the built-in's. */
export function knownProviders(document: ConfigDocument, builtIns: BuiltIns): KnownProvider[] {
  const table = valueAt(document.table, ["model_providers"]);
  const ids = new Set([...builtIns.keys(), ...(isTable(table) ? table.keys() : [])]);
  return [...ids].map((id) => {
    const field = (name: string) => fieldSetting(document, builtIns.get(id), id, name).value;
    const baseUrl = field("base_url");
    const variables = [field("env_key"), ...valuesOf(field("env_http_headers"))];
    const values = [
      field("experimental_bearer_token"),
      ...valuesOf(field("http_headers")),
      ...valuesOf(field("query_params")),
    ];
    return {
      id,
      name: String(field("name") ?? id),
      ...(typeof baseUrl === "string" && { baseUrl }),
      ...(isTable(table) && table.has(id) && { isConfigured: true as const }),
      secretVariables: variables.filter(
        (name): name is string => typeof name === "string" && name.trim() !== "",
      ),
      secretValues: values.filter((value): value is string => typeof value === "string"),
    };
  });
}

function valuesOf(table: TomlValue | undefined): TomlValue[] {
  return isTable(table) ? [...table.values()] : [];
}

/** The provider a turn runs on; it must exist and have a URL. */
export function resolveProvider(
  document: ConfigDocument,
  builtIns: BuiltIns,
  id: string,
  origins: Origins,
):
  | { readonly ok: true; readonly provider: ProviderConfig }
  | { readonly ok: false; readonly error: ConfigError } {
  const builtIn = builtIns.get(id);
  const path: KeyPath = ["model_providers", id];
  const field = <T>(name: string): T =>
    settle<T>(origins, [...path, name], fieldSetting(document, builtIn, id, name));

  const baseUrl = field<string | undefined>("base_url");
  if (baseUrl === undefined) {
    const example = 'base_url = "http://localhost:1234/v1"';
    const problem = { type: "missing_value", example } as const;
    return { ok: false, error: errorAt(document, [...path, "base_url"], { problem }) };
  }
  if (!isHttpUrl(baseUrl)) {
    return { ok: false, error: variableError(builtIn, [...path, "base_url"], baseUrl) };
  }
  const envKey = field<string | undefined>("env_key");
  const envKeyInstructions = field<string | undefined>("env_key_instructions");
  const bearerToken = field<string | undefined>("experimental_bearer_token");
  const sessionIdHeaders = field<readonly string[] | undefined>("session_id_headers");
  const prewarm = field<boolean | undefined>("prewarm");
  const count = (name: string): number => capped([...path, name], field<number>(name));
  const strings = (name: string) => stringRecord(field<TomlTable | undefined>(name));
  const provider: ProviderConfig = {
    id,
    name: field<string | undefined>("name") ?? id,
    baseUrl,
    // An empty name is how a user takes the key away from a built-in provider.
    ...(envKey !== undefined && envKey.trim() !== "" && { envKey }),
    ...(envKeyInstructions !== undefined && { envKeyInstructions }),
    wireApi: field<WireApi>("wire_api"),
    queryParams: strings("query_params"),
    extraBody: jsonObject(field<TomlTable | undefined>("extra_body")),
    httpHeaders: strings("http_headers"),
    envHttpHeaders: strings("env_http_headers"),
    ...(sessionIdHeaders !== undefined && { sessionIdHeaders }),
    requestMaxRetries: count("request_max_retries"),
    streamMaxRetries: count("stream_max_retries"),
    streamIdleTimeoutMs: count("stream_idle_timeout_ms"),
    idleTimeoutIsDefault: fieldSetting(document, builtIn, id, "stream_idle_timeout_ms").origin === "default",
    requiresOpenaiAuth: field<boolean>("requires_openai_auth"),
    ...(prewarm !== undefined && { prewarm }),
    ...(bearerToken !== undefined && { bearerToken }),
  };
  return { ok: true, provider };
}

function jsonObject(table: TomlTable | undefined): Record<string, unknown> {
  return Object.fromEntries([...(table ?? [])].map(([name, value]) => [name, toJson(value)]));
}

export function stringRecord(table: TomlTable | undefined): Record<string, string> {
  return Object.fromEntries([...(table ?? [])].map(([name, value]) => [name, String(value)]));
}

function fieldSetting(
  document: ConfigDocument,
  builtIn: BuiltInProvider | undefined,
  id: string,
  name: string,
): Setting {
  const path = ["model_providers", id, name];
  const value = valueAt(document.table, path);
  if (value !== undefined) {
    return { value, origin: originOf(document, path) };
  }
  const standard = builtIn?.fields.get(name);
  if (standard === undefined) {
    return defaultSetting(path);
  }
  if (builtIn?.isFound === true && name === "base_url") {
    return foundSetting(standard);
  }
  const variable = name === "base_url" ? builtIn?.baseUrlVariable : undefined;
  return { value: standard, origin: variable === undefined ? "default" : `env ${variable}` };
}

function capped(path: KeyPath, value: number): number {
  return Math.min(value, specAt(path)?.cap ?? Number.POSITIVE_INFINITY);
}

/** The file's URLs have been checked by then, so a bad one comes from the environment. */
function variableError(builtIn: BuiltInProvider | undefined, path: KeyPath, url: string): ConfigError {
  const found = JSON.stringify(withoutUserInfo(url));
  return {
    kind: "config",
    problem: { type: "wrong_type", expected: URL_EXPECTED, found },
    ...(builtIn?.baseUrlVariable !== undefined && { source: builtIn.baseUrlVariable }),
    key: formatKey(path),
  };
}
