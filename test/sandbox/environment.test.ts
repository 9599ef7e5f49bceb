import { describe, expect, test } from "vitest";
import type { ShellEnvironmentPolicy } from "../../src/protocol/index.ts";
import { childEnvironment } from "../../src/sandbox/environment.ts";

const PARENT = {
  HOME: "/home/u",
  PATH: "/usr/bin",
  LANG: "C.UTF-8",
  TMPDIR: "/tmp/u",
  UNSET: undefined,
  OPENAI_API_KEY: "sk-1",
  github_token: "t",
  ClientSecretFile: "f",
  KIMI_AUTH: "provider secret without a telling name",
  AWS_REGION: "eu",
};
const DEFAULTS: ShellEnvironmentPolicy = {
  inherit: "all",
  ignoreDefaultExcludes: false,
  exclude: [],
  set: {},
  includeOnly: [],
};
const CASES: readonly {
  name: string;
  policy: Partial<ShellEnvironmentPolicy>;
  secretNames?: readonly string[];
  expected: Record<string, string>;
}[] = [
  {
    name: "default: all but telling names",
    policy: {},
    expected: {
      HOME: "/home/u",
      PATH: "/usr/bin",
      LANG: "C.UTF-8",
      TMPDIR: "/tmp/u",
      KIMI_AUTH: PARENT.KIMI_AUTH,
      AWS_REGION: "eu",
    },
  },
  {
    name: "core",
    policy: { inherit: "core" },
    expected: { HOME: "/home/u", PATH: "/usr/bin", TMPDIR: "/tmp/u" },
  },
  { name: "none with set", policy: { inherit: "none", set: { A: "1" } }, expected: { A: "1" } },
  {
    name: "default excludes ignored, provider keys still dropped",
    policy: { ignoreDefaultExcludes: true, exclude: ["LANG", "HOME", "PATH", "TMPDIR"] },
    secretNames: ["OPENAI_API_KEY", "KIMI_AUTH"],
    expected: { github_token: "t", ClientSecretFile: "f", AWS_REGION: "eu" },
  },
  {
    name: "a provider key named in set is passed",
    policy: { inherit: "none", set: { OPENAI_API_KEY: "given" } },
    secretNames: ["OPENAI_API_KEY"],
    expected: { OPENAI_API_KEY: "given" },
  },
  {
    name: "exclude: wildcards in any case, before set",
    policy: {
      inherit: "all",
      exclude: ["aws_*", "?OME", "kimi*", "TMPDIR", "LANG"],
      set: { AWS_REGION: "us" },
    },
    expected: { PATH: "/usr/bin", AWS_REGION: "us" },
  },
  {
    name: "include_only comes last and also filters set",
    policy: { includeOnly: ["PA*", "x_?"], set: { X_1: "one", X_22: "two" } },
    expected: { PATH: "/usr/bin", X_1: "one" },
  },
  {
    name: "a pattern is no regular expression",
    policy: { inherit: "none", set: { "A.B": "1", AxB: "2" }, includeOnly: ["A.B"] },
    expected: { "A.B": "1" },
  },
];

describe("childEnvironment", () => {
  test.each(CASES)("$name", ({ policy, secretNames, expected }) => {
    expect(childEnvironment(PARENT, { ...DEFAULTS, ...policy }, secretNames ?? [])).toEqual(expected);
  });
});
