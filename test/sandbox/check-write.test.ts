import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { ENVIRONMENT, sandboxFor, temporaryFolder, workspaceWrite } from "./support.ts";

const folder = temporaryFolder();
const workspace = join(folder.path, "work");
let sandbox: Sandbox;

beforeAll(() => {
  for (const path of ["work/sub", "outside", "main/.git/worktrees/w", "tree", "linked/real"]) {
    mkdirSync(join(folder.path, path), { recursive: true });
  }
  writeFileSync(join(folder.path, "outside/file"), "");
  symlinkSync("../outside", join(workspace, "out"));
  symlinkSync("/etc/leat-new-file", join(workspace, "dangling"));
  symlinkSync("sub", join(workspace, "in"));
  symlinkSync("loop-b", join(workspace, "loop-a"));
  symlinkSync("loop-a", join(workspace, "loop-b"));
  symlinkSync(".git", join(workspace, "repo"));
  symlinkSync(workspace, join(folder.path, "work-link"));
  symlinkSync("real", join(folder.path, "linked/.git"));
  writeFileSync(join(folder.path, "tree/.git"), "gitdir: ../main/.git/worktrees/w\n");
  writeFileSync(join(folder.path, "main/.git/worktrees/w/commondir"), "../..\n");
  sandbox = sandboxFor(workspace);
});
afterAll(() => folder.remove());

describe("checkWrite in a workspace", () => {
  test.each([
    ["new.txt", "allowed"],
    ["not/yet/there.txt", "allowed"],
    ["in/new.txt", "allowed"],
    ["sub/../new.txt", "allowed"],
    [".gitignore", "allowed"],
    ["sub/.git/config", "protected"],
    ["../outside/file", "outside"],
    ["not-there/../../outside/file", "outside"],
    ["out/file", "outside"],
    ["out/new/file", "outside"],
    // The kernel follows the link before it goes up.
    ["out/../outside/file", "outside"],
    ["in/../../outside/file", "outside"],
    ["in/../new.txt", "allowed"],
    ["dangling", "outside"],
    ["loop-a", "outside"],
    ["loop-a/x", "outside"],
    [".git", "protected"],
    [".git/hooks/pre-commit", "protected"],
    ["sub/../.git/config", "protected"],
    [".codex/config.toml", "protected"],
    ["repo/config", "protected"],
  ])("%s: %s", (path, expected) => {
    const verdict = sandbox.checkWrite(`${workspace}/${path}`);
    expect(verdict.allowed ? "allowed" : verdict.reason).toBe(expected);
  });

  test("on a Mac, other cases of a protected name", () => {
    const path = join(workspace, ".Git/hooks/x");
    expect(sandboxFor(workspace, { platform: "linux" }).checkWrite(path)).toEqual({ allowed: true });
    const mac = sandboxFor(workspace, { platform: "darwin" });
    expect(mac.checkWrite(path)).toEqual({ allowed: false, reason: "protected" });
  });

  test("a path by way of a symlink to the root", () => {
    expect(sandbox.checkWrite(join(folder.path, "work-link/new.txt"))).toEqual({ allowed: true });
    const throughLink = sandboxFor(join(folder.path, "work-link"));
    expect(throughLink.checkWrite(join(workspace, "new.txt"))).toEqual({ allowed: true });
  });

  test("the git folders behind a worktree's .git file, and behind a .git symlink", () => {
    const wide = createSandbox({
      policy: workspaceWrite([join(folder.path, "tree"), folder.path, join(folder.path, "linked")]),
      cwd: join(folder.path, "tree"),
      environment: ENVIRONMENT,
    });
    const protectedPaths = [
      "tree/.git",
      "main/.git/hooks/x",
      "main/.git/worktrees/w/HEAD",
      "linked/.git/x",
      "linked/real/x",
    ];
    for (const path of protectedPaths) {
      expect(wide.checkWrite(join(folder.path, path))).toEqual({ allowed: false, reason: "protected" });
    }
    expect(wide.checkWrite(join(folder.path, "main/file"))).toEqual({ allowed: true });
  });

  test("a root that is missing at first, or swapped for a link later, gives nothing", () => {
    const root = join(folder.path, "swapped");
    const late = join(folder.path, "late");
    mkdirSync(root);
    const watched = createSandbox({
      policy: workspaceWrite([root, late]),
      cwd: root,
      environment: ENVIRONMENT,
    });
    renameSync(root, `${root}-away`);
    symlinkSync(join(folder.path, "outside"), root);
    symlinkSync("/etc", late);
    expect(watched.checkWrite(join(root, "file"))).toEqual({ allowed: false, reason: "outside" });
    expect(watched.checkWrite(join(late, "passwd"))).toEqual({ allowed: false, reason: "outside" });
  });
});

test("the other modes", () => {
  const path = join(workspace, "new.txt");
  const readOnly = sandboxFor(workspace, { policy: { mode: "read-only" } });
  expect(readOnly.checkWrite(path)).toEqual({ allowed: false, reason: "read-only" });
  const full = sandboxFor(workspace, { policy: { mode: "danger-full-access" } });
  expect(full.checkWrite("/etc/passwd")).toEqual({ allowed: true });
});
