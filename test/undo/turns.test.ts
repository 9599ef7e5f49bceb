import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CLOCK_TOLERANCE_MS } from "../../src/undo/revert.ts";
import { type Files, noGit, redo, tree, turn, undoLast, workspace } from "./support.ts";

interface Case {
  readonly name: string;
  readonly files: Files;
  readonly setUp?: (root: string) => void | Promise<void>;
  readonly work: (root: string) => void;
  readonly counts: { created: number; modified: number; deleted: number };
}

const write = (root: string, path: string, text: string) => writeFileSync(join(root, path), text);
const remove = (root: string, path: string) => rmSync(join(root, path), { recursive: true });

const cases: readonly Case[] = [
  {
    name: "modified",
    files: { "a.txt": "one\n", "b.txt": "two\n" },
    work: (root) => write(root, "a.txt", "changed\n"),
    counts: { created: 0, modified: 1, deleted: 0 },
  },
  {
    name: "modified to the same length at once",
    files: { "a.txt": "one\n" },
    work: (root) => write(root, "a.txt", "two\n"),
    counts: { created: 0, modified: 1, deleted: 0 },
  },
  {
    name: "deleted, with its folder",
    files: { "d/e/a.txt": "one", "keep.txt": "k" },
    work: (root) => remove(root, "d"),
    counts: { created: 0, modified: 0, deleted: 1 },
  },
  {
    name: "created, with folders that go again",
    files: { "a.txt": "one" },
    work: (root) => {
      mkdirSync(join(root, "new/deep"), { recursive: true });
      write(root, "new/deep/x", "x");
      write(root, "y", "y");
    },
    counts: { created: 2, modified: 0, deleted: 0 },
  },
  {
    name: "created in an empty folder that was there: it stays",
    files: {},
    setUp: async (root) => {
      mkdirSync(join(root, "empty"));
      // A folder this young passes for one the turn has made.
      while (Date.now() - statSync(join(root, "empty")).birthtimeMs < 2 * CLOCK_TOLERANCE_MS) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    work: (root) => write(root, "empty/x", "x"),
    counts: { created: 1, modified: 0, deleted: 0 },
  },
  {
    name: "renamed",
    files: { "d/old name.txt": "text\n" },
    work: (root) => renameSync(join(root, "d/old name.txt"), join(root, "d/new.txt")),
    counts: { created: 1, modified: 0, deleted: 1 },
  },
  {
    name: "a folder renamed",
    files: { "d/a": "1", "d/b/c": "2" },
    work: (root) => renameSync(join(root, "d"), join(root, "e")),
    counts: { created: 2, modified: 0, deleted: 2 },
  },
  {
    name: "made executable",
    files: { run: "#!/bin/sh\n" },
    work: (root) => chmodSync(join(root, "run"), 0o755),
    counts: { created: 0, modified: 1, deleted: 0 },
  },
  {
    name: "an executable deleted",
    files: { run: "#!/bin/sh\n" },
    setUp: (root) => chmodSync(join(root, "run"), 0o755),
    work: (root) => remove(root, "run"),
    counts: { created: 0, modified: 0, deleted: 1 },
  },
  {
    name: "a link to another place, broken links too",
    files: { a: "a" },
    setUp: (root) => {
      symlinkSync("a", join(root, "link"));
      symlinkSync("/nowhere/at all", join(root, "broken"));
    },
    work: (root) => {
      unlinkSync(join(root, "link"));
      symlinkSync("b", join(root, "link"));
      unlinkSync(join(root, "broken"));
    },
    counts: { created: 0, modified: 1, deleted: 1 },
  },
  {
    name: "a link becomes a file, a file a link",
    files: { a: "a", b: "b" },
    setUp: (root) => symlinkSync("a", join(root, "link")),
    work: (root) => {
      unlinkSync(join(root, "link"));
      write(root, "link", "no link");
      unlinkSync(join(root, "b"));
      symlinkSync("a", join(root, "b"));
    },
    counts: { created: 0, modified: 2, deleted: 0 },
  },
  {
    name: "a file becomes a folder",
    files: { a: "file" },
    work: (root) => {
      unlinkSync(join(root, "a"));
      mkdirSync(join(root, "a"));
      write(root, "a/b", "below");
    },
    counts: { created: 1, modified: 0, deleted: 1 },
  },
  {
    name: "a folder becomes a file",
    files: { "a/b": "below", "a/c/d": "deeper" },
    work: (root) => {
      remove(root, "a");
      write(root, "a", "file");
    },
    counts: { created: 1, modified: 0, deleted: 2 },
  },
  {
    name: "a folder becomes a link to a place outside",
    files: { "a/b": "below", "a/c": "more" },
    work: (root) => {
      remove(root, "a");
      mkdirSync(join(root, "../outside"));
      writeFileSync(join(root, "../outside/b"), "not ours");
      symlinkSync("../outside", join(root, "a"));
    },
    counts: { created: 1, modified: 0, deleted: 2 },
  },
  {
    name: "odd names",
    files: {
      "with space": "1",
      "new\nline": "2",
      'quo"te': "3",
      "back\\slash": "4",
      "ünïcödé/日本語.txt": "5",
      "-n": "6",
      "*": "7",
      ":(top)x": "8",
      "git~1": "9",
      " lead": "10",
    },
    work: (root) => {
      for (const name of ["with space", "new\nline", "back\\slash", "-n", "*", ":(top)x", "git~1", " lead"]) {
        remove(root, name);
      }
      write(root, 'quo"te', "changed");
      write(root, "ünïcödé/日本語.txt", "changed");
      write(root, "new\n\nfile", "created");
    },
    counts: { created: 1, modified: 2, deleted: 8 },
  },
  {
    name: "bytes of every kind",
    files: {
      crlf: "a\r\nb\r\n",
      bom: "\ufefftext",
      "no-newline": "x",
      empty: "",
      binary: Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256)),
    },
    work: (root) => {
      for (const name of ["crlf", "bom", "no-newline", "empty", "binary"]) {
        write(root, name, "overwritten\n");
      }
    },
    counts: { created: 0, modified: 5, deleted: 0 },
  },
  {
    name: "so many files that they go into a pack",
    files: Object.fromEntries(
      Array.from({ length: 305 }, (_, index) => [`d${index % 7}/f${index}`, `content ${index}\n`]),
    ),
    setUp: (root) => {
      write(root, "d0/empty", "");
      write(root, "d0/byte", "x");
      symlinkSync("byte", join(root, "d0/link"));
    },
    work: (root) => {
      for (const folder of ["d0", "d3"]) {
        remove(root, folder);
      }
      write(root, "d1/f1", "changed");
      write(root, "d1/new", "new");
    },
    counts: { created: 1, modified: 1, deleted: 91 },
  },
];

describe.skipIf(noGit)("a turn is undone, and the undo too", () => {
  test.each(cases)("$name", async ({ files, setUp, work, counts }) => {
    const space = workspace(files);
    await setUp?.(space.root);
    const original = tree(space.root);
    expect(await turn(space, work)).toEqual({ kind: "recorded", counts });
    const changed = tree(space.root);
    expect(changed).not.toEqual(original);

    expect(await undoLast(space)).toMatchObject({ kind: "done", kept: [], failed: [], unchanged: 0 });
    expect(tree(space.root)).toEqual(original);
    expect(await redo(space)).toMatchObject({ kind: "done", kept: [], failed: [] });
    expect(tree(space.root)).toEqual(changed);
  });

  test("a place outside that a link leads to is not touched", async () => {
    const space = workspace({ "a/b": "below" });
    const outside = join(space.root, "../outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "b"), "not ours");
    await turn(space, (root) => remove(root, "a"));
    // After the turn, by whoever: so the folder is no part of what the turn left.
    symlinkSync("../outside", join(space.root, "a"));
    expect(await undoLast(space, true)).toMatchObject({
      kind: "done",
      restored: [],
      failed: [{ path: "a/b", failure: { kind: "link-in-path", path: "a" } }],
    });
    expect(tree(outside)).toEqual({ b: "not ours" });
  });

  test("a name that is no UTF-8", async () => {
    const space = workspace();
    const path = Buffer.concat([Buffer.from(`${space.root}/`), Buffer.from([0x62, 0xff, 0x63])]);
    writeFileSync(path, "old");
    await turn(space, () => unlinkSync(path));
    expect(await undoLast(space)).toMatchObject({ kind: "done", failed: [] });
    expect(statSync(path).size).toBe(3);
  });

  test("permissions that somebody set", async () => {
    const space = workspace({ secret: "s", open: "o", plain: "p" });
    const mode = (name: string) => statSync(join(space.root, name)).mode & 0o777;
    chmodSync(join(space.root, "secret"), 0o600);
    chmodSync(join(space.root, "open"), 0o666);
    await turn(space, (root) => {
      for (const name of ["secret", "open", "plain"]) {
        remove(root, name);
      }
    });
    await undoLast(space);
    expect(["secret", "open", "plain"].map(mode)).toEqual([0o600, 0o666, 0o666 & ~process.umask()]);
    await turn(space, (root) => write(root, "secret", "changed"));
    chmodSync(join(space.root, "plain"), 0o640);
    await undoLast(space);
    expect(mode("secret")).toBe(0o600);
  });

  test("a turn that changes nothing is none", async () => {
    const space = workspace({ a: "a" });
    expect(await turn(space, (root) => write(root, "a", "a"))).toEqual({ kind: "nothing" });
    expect(await undoLast(space)).toEqual({ kind: "nothing" });
  });

  test("an empty workspace", async () => {
    const space = workspace();
    expect(await turn(space, (root) => write(root, "a", "a"))).toEqual({
      kind: "recorded",
      counts: { created: 1, modified: 0, deleted: 0 },
    });
    await undoLast(space);
    expect(tree(space.root)).toEqual({});
  });
});
