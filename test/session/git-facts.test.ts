import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findRepositoryRoot, type GitFacts, readGitFacts } from "../../src/session/index.ts";
import { tempFolder, writeFiles } from "../support/temp-folder.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const other = "fedcba9876543210fedcba9876543210fedcba98";

interface Case {
  readonly name: string;
  readonly files: Record<string, string>;
  readonly at?: string;
  readonly facts: GitFacts | undefined;
}

const remote = (url: string) =>
  `[core]\n\tbare = false\n[remote "origin"]\n\turl = ${url}\n\tfetch = +refs/*\n`;

test.each<Case>([
  {
    name: "a branch",
    files: {
      ".git/HEAD": "ref: refs/heads/main\n",
      ".git/refs/heads/main": `${commit}\n`,
      ".git/config": remote("git@example.org:me/it.git"),
    },
    facts: { commit_hash: commit, branch: "main", repository_url: "git@example.org:me/it.git" },
  },
  {
    name: "a branch with slashes, from a folder below",
    files: { ".git/HEAD": "ref: refs/heads/fix/one\n", ".git/refs/heads/fix/one": commit, "a/b/c": "" },
    at: "a/b",
    facts: { commit_hash: commit, branch: "fix/one" },
  },
  {
    name: "a detached head",
    files: { ".git/HEAD": `${commit}\n` },
    facts: { commit_hash: commit },
  },
  {
    name: "packed refs",
    files: {
      ".git/HEAD": "ref: refs/heads/main\n",
      ".git/packed-refs": `# pack-refs with: peeled fully-peeled sorted\n${other} refs/heads/not-main\n${commit} refs/heads/main\n^${other}\n`,
    },
    facts: { commit_hash: commit, branch: "main" },
  },
  {
    name: "a loose ref before a packed one",
    files: {
      ".git/HEAD": "ref: refs/heads/main\n",
      ".git/refs/heads/main": commit,
      ".git/packed-refs": `${other} refs/heads/main\n`,
    },
    facts: { commit_hash: commit, branch: "main" },
  },
  {
    name: "a worktree",
    files: {
      "tree/.git": "gitdir: ../main/.git/worktrees/tree\n",
      "main/.git/worktrees/tree/HEAD": "ref: refs/heads/topic\n",
      "main/.git/worktrees/tree/commondir": "../..\n",
      "main/.git/HEAD": "ref: refs/heads/main\n",
      "main/.git/refs/heads/topic": commit,
      "main/.git/config": remote("https://example.org/it"),
    },
    at: "tree",
    facts: { commit_hash: commit, branch: "topic", repository_url: "https://example.org/it" },
  },
  { name: "an empty repository", files: { ".git/HEAD": "ref: refs/heads/main\n" }, facts: {} },
  { name: "a damaged repository", files: { ".git/HEAD": "nonsense" }, facts: {} },
  {
    name: "a HEAD that points out of the repository",
    files: { ".git/HEAD": "ref: refs/../../secret\n", secret: "a secret" },
    facts: {},
  },
  { name: "no repository", files: { file: "" }, facts: undefined },
])("$name", ({ files, at = "", facts }) => {
  const folder = tempFolder();
  writeFiles(folder, files);
  expect(readGitFacts(join(folder, at))).toEqual(facts);
});

test.each([
  ["https://example.org/it.git", "https://example.org/it.git"],
  ["https://user:token@example.org/it.git", "https://example.org/it.git"],
  ["https://token@example.org/it.git", "https://example.org/it.git"],
  ["https://user:p@ss@example.org/@scope/it", "https://example.org/@scope/it"],
  ["ssh://git@example.org:22/it", "ssh://example.org:22/it"],
  ["git@example.org:it.git", "git@example.org:it.git"],
  ["/srv/it.git", "/srv/it.git"],
])("the URL %s is noted as %s", (url, expected) => {
  const folder = tempFolder();
  writeFiles(folder, { ".git/HEAD": commit, ".git/config": remote(url) });
  expect(readGitFacts(folder)).toEqual({ commit_hash: commit, repository_url: expected });
});

test("only origin's own URL counts", () => {
  const folder = tempFolder();
  const config =
    '[remote "fork"]\n\turl = https://fork.example/\n[remote "origin"]\n\tpushurl = https://push.example/\n';
  writeFiles(folder, { ".git/HEAD": commit, ".git/config": config });
  expect(readGitFacts(folder)).toEqual({ commit_hash: commit });
});

test("the root is the nearest folder with .git, folder or file", () => {
  const folder = tempFolder();
  mkdirSync(join(folder, "outer/.git"), { recursive: true });
  writeFiles(folder, { "outer/inner/.git": "gitdir: x", "outer/inner/deep/file": "" });
  const roots = ["", "outer", "outer/inner", "outer/inner/deep"].map((path) =>
    findRepositoryRoot(join(folder, path)),
  );
  expect(roots).toEqual([
    undefined,
    join(folder, "outer"),
    join(folder, "outer/inner"),
    join(folder, "outer/inner"),
  ]);
});
