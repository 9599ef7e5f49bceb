import { expect, test } from "vitest";
import { configOf, errorOf } from "./support.ts";

interface Row {
  readonly name: string;
  readonly text?: string;
  readonly env?: Record<string, string>;
  readonly model: string;
  readonly provider: Record<string, unknown>;
  readonly baseUrlOrigin: string;
}

const ROWS: readonly Row[] = [
  {
    name: "ollama, no table",
    text: 'model = "mistral"\nmodel_provider = "ollama"',
    model: "mistral",
    provider: {
      id: "ollama",
      wireApi: "chat",
      baseUrl: "http://localhost:11434/v1",
      requiresOpenaiAuth: false,
    },
    baseUrlOrigin: "default",
  },
  {
    name: "lmstudio has a model of its own",
    text: 'model_provider = "lmstudio"',
    model: "openai/gpt-oss-20b",
    provider: { wireApi: "chat", baseUrl: "http://localhost:1234/v1" },
    baseUrlOrigin: "default",
  },
  {
    name: "llamacpp",
    text: 'model_provider = "llamacpp"',
    model: "gpt-5-codex",
    provider: { wireApi: "chat", baseUrl: "http://localhost:8080/v1" },
    baseUrlOrigin: "default",
  },
  {
    name: "oss",
    text: 'model_provider = "oss"',
    model: "gpt-oss:20b",
    provider: { name: "gpt-oss", wireApi: "chat", baseUrl: "http://localhost:11434/v1" },
    baseUrlOrigin: "default",
  },
  {
    name: "oss: CODEX_OSS_PORT",
    text: 'model_provider = "oss"',
    env: { CODEX_OSS_PORT: "8000", CODEX_OSS_BASE_URL: " " },
    model: "gpt-oss:20b",
    provider: { baseUrl: "http://localhost:8000/v1" },
    baseUrlOrigin: "env CODEX_OSS_PORT",
  },
  {
    name: "oss: CODEX_OSS_BASE_URL beats the port",
    text: 'model_provider = "oss"',
    env: { CODEX_OSS_PORT: "8000", CODEX_OSS_BASE_URL: "http://box:1/v1" },
    model: "gpt-oss:20b",
    provider: { baseUrl: "http://box:1/v1" },
    baseUrlOrigin: "env CODEX_OSS_BASE_URL",
  },
  {
    name: "oss: no port at all",
    text: 'model_provider = "oss"',
    env: { CODEX_OSS_PORT: "a lot" },
    model: "gpt-oss:20b",
    provider: { baseUrl: "http://localhost:11434/v1" },
    baseUrlOrigin: "default",
  },
  {
    name: "the variables of oss are not for ollama",
    text: 'model_provider = "ollama"',
    env: { CODEX_OSS_BASE_URL: "http://box:1/v1", OPENAI_BASE_URL: "http://box:2/v1" },
    model: "gpt-5-codex",
    provider: { baseUrl: "http://localhost:11434/v1" },
    baseUrlOrigin: "default",
  },
  {
    name: "openai: OPENAI_BASE_URL",
    env: { OPENAI_BASE_URL: "http://box:2/v1" },
    model: "gpt-5-codex",
    provider: { id: "openai", baseUrl: "http://box:2/v1" },
    baseUrlOrigin: "env OPENAI_BASE_URL",
  },
  {
    name: "openai: the file beats the variable",
    text: '[model_providers.openai]\nbase_url = "http://file/v1"',
    env: { OPENAI_BASE_URL: "http://box:2/v1" },
    model: "gpt-5-codex",
    provider: { baseUrl: "http://file/v1", wireApi: "responses", name: "OpenAI" },
    baseUrlOrigin: "config.toml:2",
  },
  {
    name: "a new id: chat, named by its id, no key",
    text: 'model_provider = "mine"\n[model_providers.mine]\nbase_url = "http://h/v1"',
    model: "gpt-5-codex",
    provider: {
      id: "mine",
      name: "mine",
      baseUrl: "http://h/v1",
      wireApi: "chat",
      queryParams: {},
      httpHeaders: {},
      envHttpHeaders: {},
      requestMaxRetries: 4,
      streamMaxRetries: 5,
      streamIdleTimeoutMs: 300_000,
      idleTimeoutIsDefault: true,
      requiresOpenaiAuth: false,
    },
    baseUrlOrigin: "config.toml:3",
  },
  {
    name: "every field, retries capped",
    text: `model_provider = "mine"
[model_providers.mine]
name = "Mine"
base_url = "https://h/v1"
env_key = "K"
env_key_instructions = "Ask."
wire_api = "responses"
query_params = { api-version = "1" }
http_headers = { X-A = "a", "__proto__" = "p" }
env_http_headers = { X-B = "B" }
request_max_retries = 1000
stream_max_retries = 101
stream_idle_timeout_ms = 5
requires_openai_auth = true
experimental_bearer_token = "t"
`,
    model: "gpt-5-codex",
    provider: {
      name: "Mine",
      envKey: "K",
      envKeyInstructions: "Ask.",
      wireApi: "responses",
      queryParams: { "api-version": "1" },
      httpHeaders: Object.fromEntries([
        ["X-A", "a"],
        ["__proto__", "p"],
      ]),
      envHttpHeaders: { "X-B": "B" },
      requestMaxRetries: 100,
      streamMaxRetries: 100,
      streamIdleTimeoutMs: 5,
      idleTimeoutIsDefault: false,
      requiresOpenaiAuth: true,
      bearerToken: "t",
    },
    baseUrlOrigin: "config.toml:4",
  },
];

test.each(ROWS)("$name", ({ text, env = {}, model, provider, baseUrlOrigin }) => {
  const config = configOf(text, { env });
  expect(config).toMatchObject({ model, provider });
  expect(config.origins[`model_providers.${config.provider.id}.base_url`]).toBe(baseUrlOrigin);
});

test("an empty env_key takes the key away", () => {
  const { provider, providers } = configOf('[model_providers.openai]\nenv_key = ""');
  expect([provider.envKey, providers[0]?.secretVariables]).toEqual([
    undefined,
    ["OPENAI_ORGANIZATION", "OPENAI_PROJECT"],
  ]);
});

test("a provider without base_url does no harm as long as it is not chosen", () => {
  const text = `model_provider = "ollama"
[model_providers.half]
name = "Half"
env_key = "HALF_KEY"
experimental_bearer_token = "half-token"
http_headers = { "X-Key" = "half-header" }
query_params = { sig = "half-parameter" }
`;
  expect(configOf(text).providers.at(-1)).toEqual({
    id: "half",
    name: "Half",
    isConfigured: true,
    secretVariables: ["HALF_KEY"],
    secretValues: ["half-token", "half-header", "half-parameter"],
  });
});

test("an id with a dot and one of JavaScript's own names", () => {
  const text = `model_provider = "__proto__"
[model_providers.__proto__]
base_url = "http://p/v1"
[model_providers."a.b"]
base_url = "http://ab/v1"
`;
  expect(configOf(text)).toMatchObject({
    provider: { id: "__proto__", baseUrl: "http://p/v1" },
    origins: { "model_providers.__proto__.base_url": "config.toml:3" },
  });
  expect(
    configOf(text, { overrides: ["model_provider=a.b"] }).origins['model_providers."a.b".base_url'],
  ).toBe("config.toml:5");
});

test("a bad URL in the environment names the variable, without its password", () => {
  expect(errorOf("", { env: { OPENAI_BASE_URL: "ftp://me:secret@h/v1" } })).toEqual({
    kind: "config",
    problem: { type: "wrong_type", expected: "an http:// or https:// URL", found: '"ftp://…@h/v1"' },
    source: "OPENAI_BASE_URL",
    key: "model_providers.openai.base_url",
  });
});
