import { expect, test } from "vitest";
import { explainConfigError, explainUnknownKeys } from "../../src/cli/explain-config.ts";
import type { ConfigError } from "../../src/protocol/index.ts";

const FILE = "/home/u/.codex/config.toml";

interface Row {
  readonly name: string;
  readonly error: Omit<ConfigError, "kind">;
  readonly message: string;
  readonly hint?: string;
}

const ROWS: readonly Row[] = [
  {
    name: "syntax",
    error: { problem: { type: "syntax", message: "invalid value" }, source: FILE, line: 2, column: 11 },
    message: `${FILE}, line 2, column 11: not valid TOML: invalid value`,
    hint: "Correct that line and run leat again.",
  },
  {
    name: "wrong type",
    error: {
      problem: { type: "wrong_type", expected: "an array of strings", found: "an integer" },
      source: FILE,
      line: 4,
      key: "notify",
    },
    message: `${FILE}, line 4: \`notify\` must be an array of strings, not an integer`,
  },
  {
    name: "wrong type: quotes too many",
    error: {
      problem: { type: "wrong_type", expected: "true or false", found: "a string", isQuoted: true },
      source: FILE,
      line: 4,
      key: "hide_agent_reasoning",
    },
    message: `${FILE}, line 4: \`hide_agent_reasoning\` must be true or false, not a string`,
    hint: "Write the value without quotes.",
  },
  {
    name: "no base_url",
    error: {
      problem: { type: "missing_value", example: 'base_url = "http://localhost:1234/v1"' },
      source: FILE,
      line: 3,
      key: "model_providers.x.base_url",
    },
    message: `${FILE}, line 3: \`model_providers.x.base_url\` is missing`,
    hint: 'Give it a value, for example: base_url = "http://localhost:1234/v1"',
  },
  {
    name: "a rule that can't be written",
    error: { problem: { type: "not_written", path: "/home/u/.codex/leat/rules.toml", reason: "ENOSPC" } },
    message: "/home/u/.codex/leat/rules.toml can't be written: ENOSPC",
    hint: "Check the space and the rights of that file.",
  },
  {
    name: "a key of a rule that is not known",
    error: {
      problem: { type: "unknown_key", known: ["prefix", "decision"] },
      source: "/home/u/.codex/leat/rules.toml",
      line: 7,
      key: "reason",
    },
    message: "/home/u/.codex/leat/rules.toml, line 7: `reason` is not known there",
    hint: "Known: prefix, decision.",
  },
  {
    name: "wrong value, typed after -c",
    error: {
      problem: { type: "wrong_value", found: "readonly", allowed: ["read-only", "workspace-write"] },
      source: "-c sandbox_mode=readonly",
      key: "sandbox_mode",
      nearest: "read-only",
    },
    message: '-c sandbox_mode=readonly: `sandbox_mode` can\'t be "readonly"',
    hint: "Did you mean `read-only`? Allowed: read-only, workspace-write.",
  },
  {
    name: "unknown profile",
    error: {
      problem: { type: "unknown_profile", name: "lokal", known: ["cloud", "local-oss"] },
      source: FILE,
      nearest: "local-oss",
    },
    message: `config profile \`lokal\` not found in ${FILE}`,
    hint: "Did you mean `local-oss`? Profiles there: cloud, local-oss.",
  },
  {
    name: "unknown profile, named by the file, which has none",
    error: {
      problem: { type: "unknown_profile", name: "x", known: [] },
      source: FILE,
      line: 2,
      key: "profile",
    },
    message: `config profile \`x\` not found in ${FILE}, line 2`,
    hint: "Profiles there: none.",
  },
  {
    name: "unknown provider",
    error: {
      problem: { type: "unknown_provider", name: "olama", known: ["openai", "ollama"] },
      source: FILE,
      line: 1,
      key: "model_provider",
      nearest: "ollama",
    },
    message: `Model provider \`olama\` not found (${FILE}, line 1)`,
    hint: "Did you mean `ollama`? Providers there are: openai, ollama.",
  },
  {
    name: "many providers",
    error: {
      problem: {
        type: "unknown_provider",
        name: "x",
        known: Array.from({ length: 20 }, (_, index) => `p${index}`),
      },
    },
    message: "Model provider `x` not found",
    hint: "Providers there are: p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11 and 8 more.",
  },
  {
    name: "bad override",
    error: {
      problem: { type: "bad_override", text: "foo", reason: "Invalid override (missing '=')" },
      source: "-c foo",
    },
    message: "Error parsing -c overrides: Invalid override (missing '='): foo",
    hint: "Write it as key=value, for example: -c model=mistral",
  },
  {
    name: "no home",
    error: { problem: { type: "home_missing", path: "/gone" }, source: "CODEX_HOME" },
    message: "CODEX_HOME is /gone, which is no directory",
    hint: "Make that directory, or unset CODEX_HOME to use ~/.codex.",
  },
  {
    name: "unreadable",
    error: { problem: { type: "unreadable", path: FILE, reason: "permission denied" }, source: FILE },
    message: `${FILE} can't be read: permission denied`,
    hint: "Check that it is a file you may read.",
  },
  {
    name: "escape sequences",
    error: {
      problem: { type: "wrong_value", found: "\u001b[31mred", allowed: ["a"] },
      source: "\u001b]0;x\u0007",
      key: "k\u009b",
    },
    message: '�]0;x�: `k�` can\'t be "�[31mred"',
    hint: "Allowed: a.",
  },
];

test.each(ROWS)("$name", ({ error, message, hint }) => {
  expect(explainConfigError({ kind: "config", ...error })).toEqual(
    hint === undefined ? { message } : { message, hint },
  );
});

test.each([
  ["none", [], undefined],
  [
    "one",
    [{ key: "modle", line: 3, nearest: "model" }],
    `unknown key in ${FILE}: \`modle\` (line 3, did you mean \`model\`?)`,
  ],
  [
    "many, on one line",
    ["a", "b", "c", "d", "e", "f", "g"].map((key) => ({ key })),
    `unknown keys: \`a\` (from -c), \`b\` (from -c), \`c\` (from -c), \`d\` (from -c), \`e\` (from -c), and 2 more`,
  ],
  [
    "some of the file, some typed",
    [{ key: "a", line: 1 }, { key: "b" }],
    `unknown keys in ${FILE}: \`a\` (line 1), \`b\` (from -c)`,
  ],
])("unknown keys: %s", (_name, keys, line) => {
  expect(explainUnknownKeys(FILE, keys)).toBe(line);
});
