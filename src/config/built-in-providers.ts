import type { FoundProvider } from "./config.ts";
import type { TomlTable } from "./toml-value.ts";

/** A provider the user need not define; `fields` are spelled as in the config file. */
export interface BuiltInProvider {
  readonly fields: TomlTable;
  readonly defaultModel?: string;
  /** The environment variable that `base_url` was taken from. */
  readonly baseUrlVariable?: string;
  /** Nobody wrote it down: it runs on this machine. */
  readonly isFound?: true;
}

type Env = Readonly<Record<string, string | undefined>>;

export function builtInProviders(env: Env, found?: FoundProvider): ReadonlyMap<string, BuiltInProvider> {
  const builtIns = new Map([
    ["openai", openAi(env)],
    ["oss", oss(env)],
    ["ollama", local("Ollama", 11434)],
    ["lmstudio", local("LM Studio", 1234, "openai/gpt-oss-20b")],
    ["llamacpp", local("llama.cpp", 8080)],
  ]);
  if (found?.table !== undefined) {
    const { name, baseUrl } = found.table;
    builtIns.set(found.id, { ...withBaseUrl(local(name, 0), baseUrl), isFound: true });
  }
  return builtIns;
}

function openAi(env: Env): BuiltInProvider {
  const variable = filled(env, "OPENAI_BASE_URL");
  const fields = new Map<string, string | boolean | TomlTable>([
    ["name", "OpenAI"],
    ["base_url", variable?.value ?? "https://api.openai.com/v1"],
    ["env_key", "OPENAI_API_KEY"],
    [
      "env_key_instructions",
      "Create an API key at https://platform.openai.com/api-keys and export it as an environment variable.",
    ],
    ["wire_api", "responses"],
    [
      "env_http_headers",
      new Map([
        ["OpenAI-Organization", "OPENAI_ORGANIZATION"],
        ["OpenAI-Project", "OPENAI_PROJECT"],
      ]),
    ],
    ["requires_openai_auth", true],
  ]);
  return { fields, ...(variable && { baseUrlVariable: variable.name }) };
}

/** Codex's `oss`: Ollama, unless the environment names another place. */
function oss(env: Env): BuiltInProvider {
  const standard = local("gpt-oss", 11434, "gpt-oss:20b");
  const url = filled(env, "CODEX_OSS_BASE_URL");
  if (url !== undefined) {
    return { ...withBaseUrl(standard, url.value), baseUrlVariable: url.name };
  }
  const port = filled(env, "CODEX_OSS_PORT");
  // Like Codex: what is no port counts as not set.
  if (port !== undefined && /^\d{1,5}$/.test(port.value) && Number(port.value) <= 65535) {
    return { ...withBaseUrl(standard, localUrl(Number(port.value))), baseUrlVariable: port.name };
  }
  return standard;
}

function local(name: string, port: number, defaultModel?: string): BuiltInProvider {
  const fields = new Map([
    ["name", name],
    ["base_url", localUrl(port)],
    ["wire_api", "chat"],
  ]);
  return { fields, ...(defaultModel !== undefined && { defaultModel }) };
}

function localUrl(port: number): string {
  return `http://localhost:${port}/v1`;
}

function withBaseUrl(provider: BuiltInProvider, url: string): BuiltInProvider {
  return { ...provider, fields: new Map(provider.fields).set("base_url", url) };
}

function filled(env: Env, name: string): { name: string; value: string } | undefined {
  const value = env[name]?.trim() ?? "";
  return value === "" ? undefined : { name, value };
}
