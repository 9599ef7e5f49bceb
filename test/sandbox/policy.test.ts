import { describe, expect, test } from "vitest";
import {
  isPossibleRoot,
  judgeWrite,
  type PolicyOptions,
  resolvePolicy,
  type WriteVerdict,
} from "../../src/sandbox/policy.ts";

const DEFAULTS: PolicyOptions = {
  mode: "workspace-write",
  cwd: "/home/u/project",
  writableRoots: [],
  networkAccess: false,
  excludeTmpdirEnvVar: false,
  excludeSlashTmp: false,
};

describe("resolvePolicy", () => {
  test.each<{ name: string; options: Partial<PolicyOptions>; roots: readonly string[] }>([
    { name: "cwd and /tmp", options: {}, roots: ["/home/u/project", "/tmp"] },
    { name: "$TMPDIR", options: { tmpdir: "/var/t" }, roots: ["/home/u/project", "/tmp", "/var/t"] },
    { name: "$TMPDIR is /tmp", options: { tmpdir: "/tmp/" }, roots: ["/home/u/project", "/tmp"] },
    { name: "$TMPDIR is /", options: { tmpdir: "//" }, roots: ["/home/u/project", "/tmp"] },
    { name: "$TMPDIR is relative", options: { tmpdir: "t" }, roots: ["/home/u/project", "/tmp"] },
    { name: "$TMPDIR is empty", options: { tmpdir: "" }, roots: ["/home/u/project", "/tmp"] },
    {
      name: "both left out",
      options: { tmpdir: "/var/t", excludeTmpdirEnvVar: true, excludeSlashTmp: true },
      roots: ["/home/u/project"],
    },
    {
      name: "configured roots, relative ones and doubles too",
      options: { excludeSlashTmp: true, writableRoots: ["/data/", "../other", "/home/u/project/."] },
      roots: ["/home/u/project", "/data", "/home/u/other"],
    },
  ])("$name", ({ options, roots }) => {
    expect(resolvePolicy({ ...DEFAULTS, ...options })).toEqual({
      mode: "workspace-write",
      writableRoots: roots,
      networkAccess: false,
    });
  });

  test("the other modes have no roots", () => {
    expect(resolvePolicy({ ...DEFAULTS, mode: "read-only", networkAccess: true })).toEqual({
      mode: "read-only",
    });
    expect(resolvePolicy({ ...DEFAULTS, mode: "danger-full-access" })).toEqual({
      mode: "danger-full-access",
    });
  });
});

describe("judgeWrite", () => {
  const rules = {
    roots: ["/w", "/w/.git/allowed", "/t"],
    protectedPaths: ["/w/.git", "/w/.codex", "/t/.git"],
    platform: "linux",
  } as const;
  const yes: WriteVerdict = { allowed: true };
  const no = (reason: "outside" | "protected"): WriteVerdict => ({ allowed: false, reason });
  test.each<[string, WriteVerdict]>([
    ["/w/a", yes],
    ["/w", yes],
    ["/w/.gitignore", yes],
    ["/w/sub/.git/config", no("protected")],
    ["/w/.git", no("protected")],
    ["/w/.git/hooks/pre-commit", no("protected")],
    ["/w/.codex/config.toml", no("protected")],
    ["/w/.git/allowed/x", yes],
    ["/ww/a", no("outside")],
    ["/", no("outside")],
    ["/etc/passwd", no("outside")],
  ])("%s", (path, expected) => {
    expect(judgeWrite(path, rules)).toEqual(expected);
  });

  test.each<[string, NodeJS.Platform, WriteVerdict]>([
    ["/w/.GIT/hooks/x", "linux", yes],
    ["/w/.GIT/hooks/x", "darwin", no("protected")],
    ["/w/.Codex", "darwin", no("protected")],
    ["/W/.git/x", "darwin", no("outside")],
    ["/w/.git/allowed/x", "darwin", yes],
    ["/w/.gitignore", "darwin", yes],
  ])("%s on %s", (path, platform, expected) => {
    expect(judgeWrite(path, { ...rules, platform })).toEqual(expected);
  });

  test("a root that is itself a protected name is writable", () => {
    expect(judgeWrite("/w/.git/x", { ...rules, roots: ["/w", "/w/.git"] })).toEqual(yes);
  });
});

test.each([
  ["/proc", false],
  ["/proc/self", false],
  ["/sys/fs", false],
  ["/dev", false],
  ["/dev/shm", true],
  ["/dev/shm/x", true],
  ["/develop", true],
  ["/", true],
])("isPossibleRoot %s: %s", (path, expected) => {
  expect(isPossibleRoot(path)).toBe(expected);
});
