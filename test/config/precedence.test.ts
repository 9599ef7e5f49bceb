import { describe, expect, test } from "vitest";
import type { ConfigFlags } from "../../src/config/index.ts";
import { configOf } from "./support.ts";

const FILE = `model = "file"
[profiles.p]
model = "profile"
[profiles.other]
model = "other"
`;

interface Row {
  readonly name: string;
  readonly text?: string;
  readonly overrides?: readonly string[];
  readonly flags?: ConfigFlags;
  readonly model: string;
  readonly origin: string;
}

const ROWS: readonly Row[] = [
  { name: "nothing", model: "gpt-5-codex", origin: "default" },
  { name: "file", text: FILE, model: "file", origin: "config.toml:1" },
  { name: "-c over the file", text: FILE, overrides: ["model=c"], model: "c", origin: "-c" },
  { name: "the later -c", overrides: ["model=c1", "model=c2"], model: "c2", origin: "-c" },
  {
    name: "profile over the file",
    text: FILE,
    flags: { profile: "p" },
    model: "profile",
    origin: "profile p",
  },
  {
    name: "profile over -c",
    text: FILE,
    overrides: ["model=c"],
    flags: { profile: "p" },
    model: "profile",
    origin: "profile p",
  },
  {
    name: "-c within the profile",
    text: FILE,
    overrides: ["profiles.p.model=c"],
    flags: { profile: "p" },
    model: "c",
    origin: "profile p",
  },
  {
    name: "a profile made by -c",
    overrides: ["profiles.q.model=c", "profile=q"],
    model: "c",
    origin: "profile q",
  },
  { name: "key profile", text: `profile = "p"\n${FILE}`, model: "profile", origin: "profile p" },
  {
    name: "--profile over key profile",
    text: `profile = "p"\n${FILE}`,
    flags: { profile: "other" },
    model: "other",
    origin: "profile other",
  },
  {
    name: "flag over everything",
    text: FILE,
    overrides: ["model=c", "profiles.p.model=c"],
    flags: { profile: "p", model: "flag" },
    model: "flag",
    origin: "flag",
  },
];

test.each(ROWS)("model: $name", ({ text, overrides = [], flags = {}, model, origin }) => {
  const config = configOf(text, { overrides, flags });
  expect({ model: config.model, origin: config.origins["model"] }).toEqual({ model, origin });
});

test("the other flags", () => {
  const text = 'sandbox_mode = "read-only"\napproval_policy = "untrusted"';
  const flags: ConfigFlags = {
    sandboxMode: "workspace-write",
    approvalPolicy: "never",
  };
  expect(configOf(text, { flags })).toMatchObject({
    sandboxMode: "workspace-write",
    approvalPolicy: "never",
    origins: { sandbox_mode: "flag", approval_policy: "flag" },
  });
});

test("edit_tool: profile over document, and chosen by the model unless it is set", () => {
  const text = 'edit_tool = "write_file"\n[profiles.p]\nedit_tool = "apply_patch"\n';
  expect(configOf("").editTool).toBe("auto");
  expect(configOf(text).editTool).toBe("write_file");
  expect(configOf(text, { flags: { profile: "p" } }).editTool).toBe("apply_patch");
});

test("what is asked of the answers: profile over document, and nothing unless it is set", () => {
  const text = `model_reasoning_effort = "low"
model_max_output_tokens = 4096
[profiles.p]
model_reasoning_effort = "high"
model_reasoning_summary = "none"
model_verbosity = "low"
`;
  expect(configOf("").generation).toEqual({});
  expect(configOf(text).generation).toEqual({ reasoningEffort: "low", maxOutputTokens: 4096 });
  expect(configOf(text, { flags: { profile: "p" } }).generation).toEqual({
    reasoningEffort: "high",
    reasoningSummary: "none",
    verbosity: "low",
    maxOutputTokens: 4096,
  });
});

test("extra_body of a provider comes as JSON would have it", () => {
  const text = `model_provider = "x"
[model_providers.x]
base_url = "http://localhost:1/v1"
extra_body = { top_k = 20, chat_template_kwargs = { enable_thinking = false }, stop = ["a"], "__proto__" = 1 }
`;
  const { extraBody } = configOf(text).provider;
  expect(JSON.stringify(extraBody)).toBe(
    '{"top_k":20,"chat_template_kwargs":{"enable_thinking":false},"stop":["a"],"__proto__":1}',
  );
});

test("a table of the profile fills in key by key", () => {
  const text = `
[sandbox_workspace_write]
network_access = true
writable_roots = ["/a"]
[profiles.p.sandbox_workspace_write]
writable_roots = ["/b"]
`;
  expect(configOf(text, { flags: { profile: "p" } }).workspaceWrite).toMatchObject({
    networkAccess: true,
    writableRoots: ["/b"],
  });
});

describe("keys without effect so far", () => {
  const text = `notify = ["say"]
review_model = "sum up"
personality = "pragmatic"
tui = { notifications = true, theme = "dark" }
[mcp_servers.docs]
command = "docs"
[model_providers.x]
auth = { command = "token" }
[profiles.p]
file_opener = "none"
[profiles.other]
review_model = "m"
`;
  test.each([
    [undefined, ["notify", "review_model", "tui.notifications", "mcp_servers", "model_providers.x.auth"]],
    [
      "p",
      [
        "notify",
        "review_model",
        "tui.notifications",
        "mcp_servers",
        "model_providers.x.auth",
        "profiles.p.file_opener",
      ],
    ],
  ])("profile %s: what is in force is named, Codex's own keys are not", (profile, notYet) => {
    const config = configOf(text, { flags: profile === undefined ? {} : { profile } });
    expect({ notYet: config.notYet, warnings: config.warnings }).toEqual({ notYet, warnings: [] });
  });
});

test("a typed provider beats the profile's and the file's", () => {
  const text = 'model_provider = "lmstudio"\n[profiles.p]\nmodel_provider = "llamacpp"\n';
  const { provider, origins } = configOf(text, { flags: { profile: "p", modelProvider: "ollama" } });
  expect({ id: provider.id, origin: origins["model_provider"] }).toEqual({ id: "ollama", origin: "flag" });
});
