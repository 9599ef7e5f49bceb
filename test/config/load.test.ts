import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/index.ts";
import { ISSUE_CONFIG } from "./issue-config.ts";
import { configOf, errorOf, homeWith, load } from "./support.ts";

const OPENAI_KEY = {
  envKey: "OPENAI_API_KEY",
  envKeyInstructions:
    "Create an API key at https://platform.openai.com/api-keys and export it as an environment variable.",
};

const PROVIDER_DEFAULTS = {
  queryParams: {},
  extraBody: {},
  httpHeaders: {},
  envHttpHeaders: {},
  requestMaxRetries: 4,
  streamMaxRetries: 5,
  streamIdleTimeoutMs: 300_000,
  idleTimeoutIsDefault: true,
  requiresOpenaiAuth: false,
};

test("no file: the defaults, each with its origin", () => {
  const home = homeWith();
  const result = loadConfig({ codexHome: home, cwd: "/work", env: {}, overrides: [], flags: {} });
  expect(result).toEqual({
    ok: true,
    config: {
      file: join(home, "config.toml"),
      modelIsDefault: true,
      model: "gpt-5-codex",
      provider: {
        ...PROVIDER_DEFAULTS,
        ...OPENAI_KEY,
        id: "openai",
        name: "OpenAI",
        baseUrl: "https://api.openai.com/v1",
        wireApi: "responses",
        envHttpHeaders: {
          "OpenAI-Organization": "OPENAI_ORGANIZATION",
          "OpenAI-Project": "OPENAI_PROJECT",
        },
        requiresOpenaiAuth: true,
      },
      providers: [
        {
          id: "openai",
          name: "OpenAI",
          baseUrl: "https://api.openai.com/v1",
          secretVariables: ["OPENAI_API_KEY", "OPENAI_ORGANIZATION", "OPENAI_PROJECT"],
          secretValues: [],
        },
        {
          id: "oss",
          name: "gpt-oss",
          baseUrl: "http://localhost:11434/v1",
          secretVariables: [],
          secretValues: [],
        },
        {
          id: "ollama",
          name: "Ollama",
          baseUrl: "http://localhost:11434/v1",
          secretVariables: [],
          secretValues: [],
        },
        {
          id: "lmstudio",
          name: "LM Studio",
          baseUrl: "http://localhost:1234/v1",
          secretVariables: [],
          secretValues: [],
        },
        {
          id: "llamacpp",
          name: "llama.cpp",
          baseUrl: "http://localhost:8080/v1",
          secretVariables: [],
          secretValues: [],
        },
      ],
      holdsSecrets: false,
      approvalPolicy: "on-request",
      editTool: "auto",
      sandboxMode: "read-only",
      workspaceWrite: {
        writableRoots: [],
        networkAccess: false,
        excludeTmpdirEnvVar: false,
        excludeSlashTmp: false,
      },
      compaction: {},
      generation: {},
      loopGuard: { repeatedCalls: true, repeatedText: true, unfinishedAnswers: true },
      shellEnvironment: {
        inherit: "all",
        ignoreDefaultExcludes: false,
        exclude: [],
        set: {},
        includeOnly: [],
      },
      tools: { useLoginShell: false },
      hideAgentReasoning: false,
      stats: true,
      prewarm: true,
      undo: true,
      showRawAgentReasoning: undefined,
      projectDocMaxBytes: 32768,
      projectDocFallbackFilenames: [],
      trustedProjects: [],
      warnings: [],
      notYet: [],
      codexOnly: [],
      values: {},
      origins: expect.objectContaining({
        model: "default",
        sandbox_mode: "default",
        "sandbox_workspace_write.network_access": "default",
        "model_providers.openai.base_url": "default",
      }),
    },
  });
});

test.each<[string, string | undefined, object]>([
  ["tools.view_image = false", undefined, { viewImage: false }],
  ["tools_view_image = true", undefined, { viewImage: true }],
  ["tools_view_image = true\n[tools]\nview_image = false", undefined, { viewImage: false }],
  ["[tools]\nweb_search = true", undefined, {}],
  ["[tools.web_search]\nallowed_domains = []\n[profiles.p]\ntools_web_search = true", "p", {}],
  ["tool_output_token_limit = 2000", undefined, { outputTokens: 2000 }],
  [
    "[profiles.p]\ntool_output_token_limit = 5\n[profiles.p.tools]\nview_image = true",
    "p",
    { outputTokens: 5, viewImage: true },
  ],
  ["[shell_environment_policy]\nexperimental_use_profile = true", undefined, { useLoginShell: true }],
])("tools of %j", (text, profile, tools) => {
  const config = configOf(text, { flags: profile === undefined ? {} : { profile } });
  expect([config.tools, config.warnings, config.notYet]).toEqual([
    { useLoginShell: false, ...tools },
    [],
    [],
  ]);
});

test.each([
  ["", false],
  ['model = "a"', false],
  ['[model_providers.a]\nbase_url = "http://a/v1"\nenv_key = "A_KEY"', false],
  ['[model_providers.a]\nexperimental_bearer_token = "t"', true],
  ['[model_providers.a.http_headers]\nauthorization = "t"', true],
  ['[mcp_servers.a]\ncommand = "a"\nenv = { TOKEN = "t" }', true],
])("a file that holds secrets: %j: %s", (text, expected) => {
  expect(configOf(text).holdsSecrets).toBe(expected);
});

test.each<[string, Record<string, string>]>([
  ['model = "m"\nmodel_context_window = 8192', { model: '"m"', model_context_window: "8192" }],
  [
    'model_provider = "a"\n[model_providers.a]\nbase_url = "http://u:secret@h/v1?key=secret#secret"',
    {
      model_provider: '"a"',
      "model_providers.a.base_url": '"http://…@h/v1?…"',
    },
  ],
  ['[shell_environment_policy]\nset = { TOKEN = "secret" }', { "shell_environment_policy.set": "(set)" }],
  [
    'model_provider = "a"\n[model_providers.a]\nbase_url = "http://h"\nexperimental_bearer_token = "secret"\nextra_body = { "a b" = "secret" }\nhttp_headers = { X = "secret" }',
    {
      model_provider: '"a"',
      "model_providers.a.base_url": '"http://h"',
      "model_providers.a.experimental_bearer_token": "(set)",
      "model_providers.a.extra_body": '{ "a b" = … }',
      "model_providers.a.http_headers": "(set)",
    },
  ],
])("values for people, without what may be a key: %j", (text, values) => {
  expect(configOf(text).values).toEqual(values);
});

test("keys of Codex's own that are in force are named", () => {
  const text =
    'tui = {}\n[features]\na = true\n[profiles.p]\npersonality = "x"\n[profiles.q]\nweb_search = true';
  expect(configOf(text, { flags: { profile: "p" } }).codexOnly).toEqual([
    "tui",
    "features",
    "profiles.p.personality",
  ]);
});

test("hidden paths: absolute, the home for ~; not set is not the same as none", () => {
  expect(configOf("").sandboxHiddenPaths).toBeUndefined();
  expect(configOf("sandbox_hidden_paths = []").sandboxHiddenPaths).toEqual([]);
  const text = 'sandbox_hidden_paths = ["~/.ssh", "/k", "keys"]';
  expect(configOf(text, { env: { HOME: "/h" } }).sandboxHiddenPaths).toEqual(["/h/.ssh", "/k", "/work/keys"]);
});

describe("the first user's file", () => {
  test("profile local-oss: the sandbox_mode below it counts", () => {
    const config = configOf(ISSUE_CONFIG, { flags: { profile: "local-oss" } });
    expect(config).toMatchObject({
      profile: "local-oss",
      model: "openai/gpt-oss-20b",
      sandboxMode: "workspace-write",
      showRawAgentReasoning: true,
      workspaceWrite: { networkAccess: true },
      warnings: [],
      notYet: [],
      origins: {
        profile: "flag",
        model: "profile local-oss",
        sandbox_mode: "profile local-oss",
        "sandbox_workspace_write.network_access": "config.toml:23",
        "model_providers.local-oss.base_url": "config.toml:8",
        "model_providers.local-oss.stream_max_retries": "default",
      },
    });
    expect(config.provider).toEqual({
      ...PROVIDER_DEFAULTS,
      id: "local-oss",
      name: "Local gpt-oss-20b",
      baseUrl: "http://localhost:1234/v1",
      wireApi: "chat",
    });
  });

  test("profile cloud: the user's openai is chat, and keeps what it leaves out", () => {
    const config = configOf(ISSUE_CONFIG, { flags: { profile: "cloud" } });
    expect(config).toMatchObject({ model: "gpt-5-codex", sandboxMode: "read-only" });
    expect(config.showRawAgentReasoning).toBeUndefined();
    expect(config.provider).toMatchObject({
      ...OPENAI_KEY,
      name: "OpenAI API",
      wireApi: "chat",
      requiresOpenaiAuth: true,
    });
  });

  test("-c moves openai to another address", () => {
    const config = configOf(ISSUE_CONFIG, {
      flags: { profile: "cloud" },
      overrides: ['model_providers.openai.base_url="http://127.0.0.1:4567/v1"'],
    });
    expect(config.provider).toMatchObject({ baseUrl: "http://127.0.0.1:4567/v1", wireApi: "chat" });
    expect(config.origins["model_providers.openai.base_url"]).toBe("-c");
  });
});

test("every value the file can set", () => {
  const config = configOf(
    `
model = "m"
model_context_window = 8192
approval_policy = "never"
sandbox_mode = "danger-full-access"
hide_agent_reasoning = true
undo = false
show_raw_agent_reasoning = false
project_doc_max_bytes = 0
project_doc_fallback_filenames = ["CLAUDE.md"]
experimental_instructions_file = "prompt.md"
[sandbox_workspace_write]
writable_roots = ["/data", "out", "~/cache"]
exclude_tmpdir_env_var = true
exclude_slash_tmp = true
[shell_environment_policy]
inherit = "core"
ignore_default_excludes = true
exclude = ["AWS_*"]
set = { CI = "1" }
include_only = ["PATH"]
[projects."/trusted"]
trust_level = "trusted"
[projects."/other"]
trust_level = "untrusted"
`,
    { env: { HOME: "/home/u" } },
  );
  expect(config).toMatchObject({
    model: "m",
    contextWindow: 8192,
    approvalPolicy: "never",
    sandboxMode: "danger-full-access",
    hideAgentReasoning: true,
    undo: false,
    showRawAgentReasoning: false,
    projectDocMaxBytes: 0,
    projectDocFallbackFilenames: ["CLAUDE.md"],
    instructionsFile: "/work/prompt.md",
    workspaceWrite: {
      writableRoots: ["/data", "/work/out", "/home/u/cache"],
      excludeTmpdirEnvVar: true,
      excludeSlashTmp: true,
    },
    shellEnvironment: {
      inherit: "core",
      ignoreDefaultExcludes: true,
      exclude: ["AWS_*"],
      set: { CI: "1" },
      includeOnly: ["PATH"],
    },
    trustedProjects: ["/trusted"],
  });
});

test("model_instructions_file beats its older name", () => {
  const text = 'experimental_instructions_file = "old.md"\nmodel_instructions_file = "/new.md"';
  expect(configOf(text).instructionsFile).toBe("/new.md");
});

test.each([
  ["a byte order mark", '\uFEFFmodel = "m"\n'],
  ["CRLF", '# first\r\nmodel = "m"\r\n[sandbox_workspace_write]\r\nnetwork_access = true\r\n'],
  ["no line break at the end", 'model = "m"'],
])("%s does no harm", (_name, text) => {
  expect(configOf(text).model).toBe("m");
});

test("the config can't be changed at any depth", () => {
  const config = configOf(ISSUE_CONFIG);
  const objects = [config, config.provider, config.provider.queryParams, config.providers[0], config.origins];
  expect(objects.map(Object.isFrozen)).toEqual([true, true, true, true, true]);
});

describe("files that can't be read as config", () => {
  test("not UTF-8: the line of the first bad byte", () => {
    const bytes = Buffer.concat([Buffer.from('model = "ä"\n# '), Buffer.from([0xe4, 0x0a])]);
    expect(errorOf(bytes)).toEqual({
      kind: "config",
      problem: { type: "syntax", message: "not UTF-8 text" },
      source: "config.toml",
      line: 2,
    });
  });

  test("1 MB of garbage: one short error", () => {
    const garbage = Array.from({ length: 1 << 20 }, (_, i) => String.fromCharCode(33 + ((i * 7919) % 90)));
    const error = errorOf(garbage.join(""));
    expect(error).toMatchObject({ problem: { type: "syntax" }, line: 1 });
    expect(JSON.stringify(error).length).toBeLessThan(300);
  });

  test.each([
    ["a key", `${"a.".repeat(1 << 19)}b = 1`, { key: "a", line: 1 }],
    ["a header", `\n[${"a.".repeat(1 << 19)}b]\nc = 1`, { key: "a", line: 2 }],
  ])("1 MB of dots in %s", (_name, text, warning) => {
    expect(configOf(text).warnings).toEqual([warning]);
  });

  test("20,000 unknown keys: all found, none fatal", () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `modl_${index} = 1`).join("\n");
    expect(configOf(text).warnings).toHaveLength(20_000);
  });

  test("a directory in its place", () => {
    const home = homeWith();
    mkdirSync(join(home, "config.toml"));
    const path = join(home, "config.toml");
    expect(load(undefined, { codexHome: home })).toEqual({
      ok: false,
      error: {
        kind: "config",
        problem: { type: "unreadable", path, reason: "illegal operation on a directory" },
        source: path,
      },
    });
  });

  test.skipIf(process.getuid?.() === 0)("no right to read it (root always has it: skipped there)", () => {
    const home = homeWith();
    const path = join(home, "config.toml");
    writeFileSync(path, "");
    chmodSync(path, 0);
    expect(load(undefined, { codexHome: home })).toMatchObject({
      error: { problem: { type: "unreadable", path, reason: "permission denied" } },
    });
  });
});

describe("the loop guard", () => {
  const on = { repeatedCalls: true, repeatedText: true, unfinishedAnswers: true };
  test.each<[string, object]>([
    ["", on],
    ["[loop_guard]\nrepeated_calls = false", { ...on, repeatedCalls: false }],
    [
      "[loop_guard]\nrepeated_text = false\nunfinished_answers = false",
      { repeatedCalls: true, repeatedText: false, unfinishedAnswers: false },
    ],
    ["model_reasoning_budget = 4000", { ...on, reasoningBudget: 4000 }],
    ["model_reasoning_budget = 0", on],
    [
      'profile = "small"\n[profiles.small]\nmodel_reasoning_budget = 2000\nloop_guard.repeated_text = false',
      { ...on, repeatedText: false, reasoningBudget: 2000 },
    ],
  ])("%s", (text, loopGuard) => {
    expect(configOf(text)).toMatchObject({ warnings: [], notYet: [] });
    expect(configOf(text).loopGuard).toEqual(loopGuard);
  });
});
