import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeFiles } from "../support/temp-folder.ts";
import { begin, git, noGit, redo, tree, turn, undoLast, type Workspace, workspace } from "./support.ts";

function repository(files: Readonly<Record<string, string>>, userConfig = ""): Workspace {
  const space = workspace(files);
  git(space.root, "init", "-q");
  const env = {
    ...process.env,
    HOME: space.place.userHome,
    XDG_CONFIG_HOME: join(space.place.userHome, ".config"),
  };
  writeFileSync(join(space.place.userHome, ".gitconfig"), userConfig);
  return workspace({}, { ...space.place, env });
}

/** Everything in the user's `.git`, with the times of its files. */
function gitFolder(root: string): Record<string, string> {
  const folder = join(root, ".git");
  return Object.fromEntries(
    Object.entries(tree(folder)).map(([path, content]) => [
      path,
      `${statSync(join(folder, path)).mtimeMs} ${content}`,
    ]),
  );
}

describe.skipIf(noGit)("the user's own repository", () => {
  test("is neither written nor asked, whatever its state", async () => {
    const space = repository({ "a.txt": "one", "b.txt": "two", ".gitignore": "*.log\n" });
    git(space.root, "add", "-A");
    git(space.root, "commit", "-qm", "first");
    writeFiles(space.root, { "a.txt": "staged", "c.txt": "untracked", "x.log": "ignored" });
    git(space.root, "add", "a.txt");
    writeFiles(space.root, { "a.txt": "and changed again" });
    const original = gitFolder(space.root);
    await turn(space, (root) => writeFiles(root, { "a.txt": "t", "b.txt": "t", "c.txt": "t", "x.log": "t" }));
    await undoLast(space);
    expect(gitFolder(space.root)).toEqual(original);
    const { ".gitignore": _, ...files } = tree(space.root);
    expect(Object.entries(files).filter(([path]) => !path.startsWith(".git/"))).toEqual([
      ["a.txt", "and changed again"],
      ["b.txt", "two"],
      ["c.txt", "untracked"],
      ["x.log", "t"],
    ]);
  });

  test("no filter, hook, monitor, alias or driver of it is run, and no attribute changes a byte", async () => {
    const space = repository({ "a.txt": "x" });
    const marker = join(space.place.userHome, "marker");
    const script = join(space.place.userHome, "evil");
    writeFileSync(script, `#!/bin/sh\necho ran >> '${marker}'\ncat\n`);
    chmodSync(script, 0o755);
    const evil = `
[core]
  fsmonitor = ${script}
  sshCommand = ${script}
  pager = ${script}
  editor = ${script}
  askPass = ${script}
  autocrlf = true
  attributesFile = ${join(space.place.userHome, "attributes")}
  hooksPath = ${space.place.userHome}
[alias]
  update-index = !${script}
  ls-files = !${script}
[diff]
  external = ${script}
[diff "evil"]
  textconv = ${script}
  command = ${script}
[filter "evil"]
  clean = ${script}
  smudge = ${script}
  process = ${script}
  required = true
[merge "evil"]
  driver = ${script}
[credential]
  helper = !${script}
`;
    const attributes =
      "* filter=evil diff=evil merge=evil text eol=crlf ident working-tree-encoding=UTF-16\n[attr]binary filter=evil\n";
    writeFileSync(join(space.root, ".git/config"), evil);
    writeFileSync(join(space.place.userHome, ".gitconfig"), evil);
    writeFileSync(join(space.place.userHome, "attributes"), attributes);
    writeFileSync(join(space.root, ".git/info/attributes"), attributes);
    for (const folder of [join(space.root, ".git/hooks"), space.place.userHome]) {
      for (const hook of ["post-index-change", "pre-commit", "post-checkout", "reference-transaction"]) {
        rmSync(join(folder, hook), { force: true });
        writeFiles(folder, { [hook]: `#!/bin/sh\n${script}\n` });
        chmodSync(join(folder, hook), 0o755);
      }
    }
    const text = "a\r\nb\n$Id$\n";
    writeFiles(space.root, {
      ".gitattributes": attributes,
      "deep/.gitattributes": attributes,
      "deep/d.txt": text,
      "t.txt": text,
    });
    const original = tree(space.root);
    await turn(space, (root) =>
      writeFiles(root, { "t.txt": "x", "deep/d.txt": "y", "deep/new": "$Id$\r\n" }),
    );
    const changed = tree(space.root);
    await undoLast(space);
    expect(tree(space.root)).toEqual(original);
    await redo(space);
    expect(tree(space.root)).toEqual(changed);
    expect(existsSync(marker)).toBe(false);
    // The marker is one: git in this repository, as the user has it, does run what is configured.
    execFileSync("git", ["status"], { cwd: space.root, env: { ...space.place.env }, stdio: "ignore" });
    expect(existsSync(marker)).toBe(true);
  });

  test("GIT_ variables of the user point elsewhere and are not heard", async () => {
    const space = repository({ "a.txt": "one" });
    const other = workspace({ "o.txt": "other" });
    git(other.root, "init", "-q");
    const original = tree(other.root);
    const confused = workspace(
      {},
      {
        ...space.place,
        env: {
          ...space.place.env,
          GIT_DIR: join(other.root, ".git"),
          GIT_WORK_TREE: other.root,
          GIT_INDEX_FILE: join(other.root, ".git/index"),
          GIT_OBJECT_DIRECTORY: join(other.root, ".git/objects"),
          GIT_CONFIG_COUNT: "1",
          GIT_CONFIG_KEY_0: "core.bare",
          GIT_CONFIG_VALUE_0: "true",
          GIT_EXTERNAL_DIFF: "false",
        },
      },
    );
    await turn(confused, (root) => writeFiles(root, { "a.txt": "changed" }));
    expect(await undoLast(confused)).toMatchObject({ kind: "done", failed: [], kept: [] });
    expect(tree(space.root)["a.txt"]).toBe("one");
    expect(tree(other.root)).toEqual(original);
  });
});

describe.skipIf(noGit)("what is left out", () => {
  test.each<{ name: string; file: string; prepare: (space: Workspace) => void }>([
    {
      name: ".gitignore",
      file: "x.tmp",
      prepare: ({ root }) => writeFiles(root, { ".gitignore": "*.tmp\n" }),
    },
    {
      name: "a .gitignore below",
      file: "d/x.tmp",
      prepare: ({ root }) => writeFiles(root, { "d/.gitignore": "x.*\n" }),
    },
    {
      name: "the repository's info/exclude",
      file: "x.tmp",
      prepare: ({ root }) => writeFiles(root, { ".git/info/exclude": "*.tmp\n" }),
    },
    {
      name: "core.excludesFile of the user",
      file: "x.tmp",
      prepare: ({ place }) =>
        writeFiles(place.userHome, {
          ".gitconfig": "[core]\n  excludesFile = ~/my ignores\n",
          "my ignores": "*.tmp\n",
        }),
    },
    {
      name: "the user's ignore file at its usual place",
      file: "x.tmp",
      prepare: ({ place }) => writeFiles(place.userHome, { ".config/git/ignore": "*.tmp\n" }),
    },
  ])("$name", async ({ file, prepare }) => {
    const space = repository({});
    writeFiles(space.root, { [file]: "secret", "a.txt": "a" });
    prepare(space);
    await turn(space, (root) => writeFiles(root, { [file]: "changed", "a.txt": "changed" }));
    expect(await undoLast(space)).toMatchObject({ restored: [{ path: "a.txt", what: "modified" }] });
    expect(tree(space.root)[file]).toBe("changed");
  });

  test("what only comes into sight because the turn changed the patterns is not taken for new", async () => {
    const space = repository({
      ".gitignore": "node_modules/\n.env\n",
      ".env": "secret",
      "node_modules/m/i.js": "m",
      "cache/.gitignore": "*\n",
      "cache/c": "c",
      "mixed/x.log": "log",
      "mixed/.gitignore": "*.log\n.gitignore\n",
    });
    const original = tree(space.root);
    await turn(space, (root) => {
      writeFiles(root, { ".gitignore": "", "mixed/.gitignore": "", "mixed/new": "new" });
      rmSync(join(root, "cache/.gitignore"));
    });
    expect(await undoLast(space)).toMatchObject({ kind: "done", failed: [], kept: [] });
    const { "cache/.gitignore": _, "mixed/.gitignore": __, ...expected } = original;
    expect(tree(space.root)).toEqual({ ...expected, "mixed/.gitignore": "" });
  });

  test("a file the repository has in spite of its patterns is covered", async () => {
    const space = repository({ ".gitignore": "build/\n", "build/kept.txt": "kept", "build/other.txt": "o" });
    git(space.root, "add", "-f", "build/kept.txt");
    await turn(space, (root) => rmSync(join(root, "build"), { recursive: true }));
    await undoLast(space);
    expect(tree(join(space.root, "build"))).toEqual({ "kept.txt": "kept" });
  });

  test("leat's own files, where its home lies in the workspace", async () => {
    const outer = workspace({ "a.txt": "a", "my home/config.toml": "c", "my home/sessions/s": "1" });
    const space = workspace({}, { ...outer.place, home: join(outer.root, "my home") });
    await turn(space, (root) =>
      writeFiles(root, { "my home/config.toml": "changed", "my home/sessions/s": "12", "a.txt": "changed" }),
    );
    await undoLast(space);
    const { "a.txt": a, "my home/config.toml": config, "my home/sessions/s": session } = tree(space.root);
    expect({ a, config, session }).toEqual({ a: "a", config: "c", session: "12" });
  });
});

describe.skipIf(noGit)("repositories of other shapes", () => {
  test("submodules and clones below the root, and a repository within one", async () => {
    const space = repository({ "a.txt": "a", "empty/.keep": "" });
    const library = workspace({ "lib.txt": "lib", ".gitignore": "*.o\n" });
    git(library.root, "init", "-q");
    git(library.root, "add", "-A");
    git(library.root, "commit", "-qm", "lib");
    git(space.root, "submodule", "add", "-q", library.root, "sub");
    git(space.root, "clone", "-q", library.root, "clone");
    git(join(space.root, "clone"), "init", "-q", "inner");
    writeFiles(space.root, { "clone/inner/i.txt": "inner", "sub/x.o": "object" });
    const withoutGit = () => Object.entries(tree(space.root)).filter(([path]) => !path.includes(".git/"));
    const original = withoutGit();
    await turn(space, (root) => {
      writeFiles(root, { "sub/lib.txt": "t", "sub/new": "t", "clone/inner/i.txt": "t", "a.txt": "t" });
      rmSync(join(root, "clone/lib.txt"));
    });
    expect(await undoLast(space)).toMatchObject({ kind: "done", failed: [], kept: [] });
    expect(withoutGit()).toEqual(original);
    // The second turn walks through them like through any folder.
    await turn(space, (root) => {
      writeFiles(root, { "sub/lib.txt": "t", "clone/inner/more": "t" });
    });
    await undoLast(space);
    expect(withoutGit()).toEqual(original);
  });

  test("a repository that the turn made stays, and is named", async () => {
    const space = repository({ "a.txt": "a" });
    await turn(space, (root) => {
      mkdirSync(join(root, "made"));
      git(join(root, "made"), "init", "-q");
      writeFiles(root, { "made/m": "m", "a.txt": "t" });
    });
    expect(await undoLast(space)).toMatchObject({ entry: { notKept: ["made/"] } });
    expect(tree(space.root)).toMatchObject({ "a.txt": "a", "made/m": "m" });
  });

  test("a worktree", async () => {
    const main = repository({ "a.txt": "a" });
    git(main.root, "add", "-A");
    git(main.root, "commit", "-qm", "first");
    writeFiles(main.root, { ".git/info/exclude": "*.tmp\n" });
    const root = join(main.root, "../tree");
    git(main.root, "worktree", "add", "-q", root);
    const space = workspace({}, { ...main.place, root });
    writeFiles(root, { "x.tmp": "x" });
    await turn(space, () => writeFiles(root, { "a.txt": "t", "x.tmp": "t" }));
    await undoLast(space);
    expect(tree(root)).toMatchObject({ "a.txt": "a", "x.tmp": "t" });
    expect(tree(main.root)["a.txt"]).toBe("a");
  });

  test("a bare repository is a folder of files", async () => {
    const space = workspace();
    git(space.root, "init", "-q", "--bare");
    const original = tree(space.root);
    await turn(space, (root) => writeFiles(root, { HEAD: "broken" }));
    await undoLast(space);
    expect(tree(space.root)).toMatchObject({ HEAD: original["HEAD"] });
  });

  test("a split index and one with SHA-256 keep nothing from being covered", async () => {
    for (const how of [
      ["init", "-q"],
      ["init", "-q", "--object-format=sha256"],
    ]) {
      const space = workspace({ "a.txt": "a" });
      git(space.root, ...how);
      git(space.root, "add", "-A");
      git(space.root, "update-index", "--split-index");
      expect(await begin(space)).toEqual({ kind: "taken" });
      writeFiles(space.root, { "a.txt": "t" });
      await space.snapshots.after();
      await undoLast(space);
      expect(tree(space.root)["a.txt"]).toBe("a");
    }
  });
});
