import { expect, test } from "vitest";
import type { ConfigSources } from "../../src/config/index.ts";
import type { ConfigError } from "../../src/protocol/index.ts";
import { configOf, errorOf } from "./support.ts";

const FILE = { kind: "config", source: "config.toml" } as const;
const PROVIDERS = ["openai", "oss", "ollama", "lmstudio", "llamacpp"];
const SANDBOX_MODES = ["read-only", "workspace-write", "danger-full-access"];

interface Row {
  readonly name: string;
  readonly text: string;
  readonly sources?: Partial<ConfigSources>;
  readonly error: ConfigError;
}

const ROWS: readonly Row[] = [
  {
    name: "syntax",
    text: 'model = "m"\nprofile = \n',
    error: { ...FILE, problem: { type: "syntax", message: "invalid value" }, line: 2, column: 11 },
  },
  {
    name: "a key twice",
    text: 'model = "m"\nmodel = "n"\n',
    error: {
      ...FILE,
      problem: { type: "syntax", message: "trying to redefine an already defined table or value" },
      line: 2,
      column: 1,
    },
  },
  {
    name: "a string for a boolean, in a table",
    text: '# c\n[sandbox_workspace_write]\nnetwork_access = "true"\n',
    error: {
      ...FILE,
      problem: { type: "wrong_type", expected: "true or false", found: "a string", isQuoted: true },
      line: 3,
      key: "sandbox_workspace_write.network_access",
    },
  },
  {
    name: "a negative count",
    text: "[model_providers.x]\nrequest_max_retries = -1\n",
    error: {
      ...FILE,
      problem: { type: "wrong_type", expected: "an integer of 0 or more", found: "a negative integer" },
      line: 2,
      key: "model_providers.x.request_max_retries",
    },
  },
  {
    name: "a float for a count",
    text: "model_context_window = inf\n",
    error: {
      ...FILE,
      problem: { type: "wrong_type", expected: "an integer of 0 or more", found: "a float" },
      line: 1,
      key: "model_context_window",
    },
  },
  {
    name: "no table where one must be",
    text: 'model_providers = "openai"\n',
    error: {
      ...FILE,
      problem: { type: "wrong_type", expected: "a table", found: "a string" },
      line: 1,
      key: "model_providers",
    },
  },
  {
    name: "an array of tables",
    text: "\n[[profiles.p]]\n",
    error: {
      ...FILE,
      problem: { type: "wrong_type", expected: "a table", found: "an array" },
      line: 2,
      key: "profiles.p",
    },
  },
  {
    name: "a number in an array of strings",
    text: 'project_doc_fallback_filenames = [\n  "a",\n  1,\n]\n',
    error: {
      ...FILE,
      problem: {
        type: "wrong_type",
        expected: "an array of strings",
        found: "an array with an integer in it",
      },
      line: 1,
      key: "project_doc_fallback_filenames",
    },
  },
  {
    name: "a number in a table of strings",
    text: "[model_providers.x]\nquery_params = { api-version = 2024 }\n",
    error: {
      ...FILE,
      problem: { type: "wrong_type", expected: "a string", found: "an integer" },
      line: 2,
      key: "model_providers.x.query_params.api-version",
    },
  },
  {
    name: "a date for a string",
    text: "model = 2025-01-01\n",
    error: {
      ...FILE,
      problem: { type: "wrong_type", expected: "a string", found: "a date" },
      line: 1,
      key: "model",
    },
  },
  {
    name: "a URL without its scheme",
    text: '[model_providers.x]\nbase_url = "localhost:1234/v1"\n',
    error: {
      ...FILE,
      problem: { type: "wrong_type", expected: "an http:// or https:// URL", found: '"localhost:1234/v1"' },
      line: 2,
      key: "model_providers.x.base_url",
    },
  },
  {
    name: "a word that is not allowed, in a profile that is not even active",
    text: '[profiles.p]\nsandbox_mode = "workspace_wirte"\n',
    error: {
      ...FILE,
      problem: { type: "wrong_value", found: "workspace_wirte", allowed: SANDBOX_MODES },
      line: 2,
      key: "profiles.p.sandbox_mode",
      nearest: "workspace-write",
    },
  },
  {
    name: "a word that is not allowed, for a key without effect so far",
    text: 'history.persistence = "all"\n',
    error: {
      ...FILE,
      problem: { type: "wrong_value", found: "all", allowed: ["save-all", "none"] },
      line: 1,
      key: "history.persistence",
    },
  },
  {
    name: "a wrong value by -c, as typed",
    text: "",
    sources: { overrides: ["sandbox_mode=readonly"] },
    error: {
      kind: "config",
      problem: { type: "wrong_value", found: "readonly", allowed: SANDBOX_MODES },
      source: "-c sandbox_mode=readonly",
      key: "sandbox_mode",
      nearest: "read-only",
    },
  },
  {
    name: "a wrong value by -c that could be a secret",
    text: "",
    sources: { overrides: ["model_providers.x.experimental_bearer_token=1234567"] },
    error: {
      kind: "config",
      problem: { type: "wrong_type", expected: "a string", found: "an integer" },
      source: "-c model_providers.x.experimental_bearer_token=…",
      key: "model_providers.x.experimental_bearer_token",
    },
  },
  {
    name: "a wrong value by -c next to a secret",
    text: "",
    sources: { overrides: ['model_providers.x={base_url=1, experimental_bearer_token="sk-1"}'] },
    error: {
      kind: "config",
      problem: { type: "wrong_type", expected: "an http:// or https:// URL", found: "an integer" },
      source: "-c model_providers.x=…",
      key: "model_providers.x.base_url",
    },
  },
  {
    name: "unknown --profile",
    text: 'profile = "cloud"\n[profiles.cloud]\n[profiles.local-oss]\n',
    sources: { flags: { profile: "lokal" } },
    error: {
      ...FILE,
      problem: { type: "unknown_profile", name: "lokal", known: ["cloud", "local-oss"] },
      nearest: "local-oss",
    },
  },
  {
    name: "unknown key profile",
    text: '\nprofile = "x"\n',
    error: { ...FILE, problem: { type: "unknown_profile", name: "x", known: [] }, line: 2, key: "profile" },
  },
  {
    name: "a profile by JavaScript's own name",
    text: "",
    sources: { flags: { profile: "constructor" } },
    error: { ...FILE, problem: { type: "unknown_profile", name: "constructor", known: [] } },
  },
  {
    name: "unknown provider in the file",
    text: 'model_provider = "olama"\n',
    error: {
      ...FILE,
      problem: { type: "unknown_provider", name: "olama", known: PROVIDERS },
      line: 1,
      key: "model_provider",
      nearest: "ollama",
    },
  },
  {
    name: "unknown provider, typed: no place in the file is to blame",
    text: 'model_provider = "lmstudio"\n',
    sources: { flags: { modelProvider: "olama" } },
    error: {
      kind: "config",
      problem: { type: "unknown_provider", name: "olama", known: PROVIDERS },
      nearest: "ollama",
    },
  },
  {
    name: "unknown provider in a profile",
    text: '[profiles.p]\nmodel_provider = "toString"\n[model_providers.mine]\n',
    sources: { flags: { profile: "p" } },
    error: {
      ...FILE,
      problem: { type: "unknown_provider", name: "toString", known: [...PROVIDERS, "mine"] },
      line: 2,
      key: "profiles.p.model_provider",
    },
  },
  {
    name: "the chosen provider has no base_url: the line of its table",
    text: 'model_provider = "x"\n\n[model_providers.x]\nname = "X"\n',
    error: {
      ...FILE,
      problem: { type: "missing_value", example: 'base_url = "http://localhost:1234/v1"' },
      line: 3,
      key: "model_providers.x.base_url",
    },
  },
  {
    name: "-c without =",
    text: "",
    sources: { overrides: ["foo"] },
    error: {
      kind: "config",
      problem: { type: "bad_override", text: "foo", reason: "Invalid override (missing '=')" },
      source: "-c foo",
    },
  },
];

test.each(ROWS)("$name", ({ text, sources, error }) => {
  expect(errorOf(text, sources)).toEqual(error);
});

test("unknown keys are collected, with line and nearest sibling", () => {
  const text = `modle = "m"
"a\\u001b[31m" = 1
sandbox-mode = "read-only"
[model_providers.x]
baseurl = "http://h"
base_url = "http://h/v1"
[profiles.p]
projects = 1
`;
  expect(configOf(text, { overrides: ["wholly.unknown=1"] }).warnings).toEqual([
    { key: "modle", line: 1, nearest: "model" },
    { key: '"a\\u001b[31m"', line: 2 },
    { key: "sandbox-mode", line: 3, nearest: "sandbox_mode" },
    { key: "model_providers.x.baseurl", line: 5, nearest: "base_url" },
    { key: "profiles.p.projects", line: 8 },
    { key: "wholly" },
  ]);
});

test("a modern Codex config gives no note of unknown keys", () => {
  const text = `model = "gpt-5"
personality = "pragmatic"
service_tier = "fast"
web_search = "live"
check_for_update_on_startup = false
[features]
multi_agent = true
[tui]
status_line = ["model"]
[agents.reviewer]
description = "d"
[[skills.config]]
path = "/s"
[notice.model_migrations]
"gpt-5" = "gpt-6"
[permissions.mine.filesystem]
":root" = "read"
[mcp_servers.docs]
url = "https://h/mcp"
enabled_tools = ["search"]
[mcp_servers.docs.tools.search]
approval_mode = "approve"
[otel]
exporter = { otlp-http = { endpoint = "http://h" } }
`;
  expect(configOf(text).warnings).toEqual([]);
});

test("no key reaches JavaScript's prototypes", () => {
  const text =
    '[__proto__]\npolluted = 1\n[profiles.__proto__]\nmodel = "m"\n[constructor.prototype]\npolluted = 1\n';
  const config = configOf(text, {
    flags: { profile: "__proto__" },
    overrides: ["__proto__.polluted=1", "constructor.prototype.polluted=1", "profiles.__proto__.polluted=1"],
  });
  expect(config.model).toBe("m");
  expect(config.warnings.map(({ key }) => key)).toEqual([
    "__proto__",
    "profiles.__proto__.polluted",
    "constructor",
  ]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect({}).not.toHaveProperty("polluted");
});
