import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commitWrites } from "../../src/tools/files/commit.ts";
import { type FileSnapshot, readSnapshot } from "../../src/tools/files/snapshot.ts";
import { createToolSet } from "../../src/tools/index.ts";
import { call, makeContext, makeFolder, prepare, readTree } from "./support.ts";

const patchOf = (...lines: string[]) => ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");

describe("errors, in Codex's words", () => {
  const headers =
    "Valid hunk headers: '*** Add File: {path}', '*** Delete File: {path}', '*** Update File: {path}'";
  const everyLine =
    "Every line should start with ' ' (context line), '+' (added line), or '-' (removed line)";
  test.each([
    ["", "Invalid patch: The first line of the patch must be '*** Begin Patch'"],
    ["bad", "Invalid patch: The first line of the patch must be '*** Begin Patch'"],
    ["*** Begin Patch", "Invalid patch: The last line of the patch must be '*** End Patch'"],
    ["*** Begin Patch\nbad", "Invalid patch: The last line of the patch must be '*** End Patch'"],
    ["<<EOF\n*** Begin Patch\n+a\nEOF", "Invalid patch: The last line of the patch must be '*** End Patch'"],
    [patchOf(), "No files were modified."],
    [patchOf("bad"), `Invalid patch hunk on line 2: 'bad' is not a valid hunk header. ${headers}`],
    [
      patchOf("*** Add File: a", "+x", "y"),
      `Invalid patch hunk on line 4: 'y' is not a valid hunk header. ${headers}`,
    ],
    [
      patchOf("*** Update File: a.txt"),
      "Invalid patch hunk on line 2: Update file hunk for path 'a.txt' is empty",
    ],
    [
      patchOf("*** Update File: a.txt", "@@"),
      "Invalid patch hunk on line 4: Update hunk does not contain any lines",
    ],
    [
      patchOf("*** Update File: a.txt", "@@", "*** End of File"),
      "Invalid patch hunk on line 4: Update hunk does not contain any lines",
    ],
    [
      patchOf("*** Update File: a.txt", "@@", "bad"),
      `Invalid patch hunk on line 4: Unexpected line found in update hunk: 'bad'. ${everyLine}`,
    ],
    [
      patchOf("*** Update File: a.txt", "@@", " one", "bad"),
      "Invalid patch hunk on line 5: Expected update hunk to start with a @@ context marker, got: 'bad'",
    ],
    [
      patchOf("*** Update File: a.txt", "@@ def f():", "-one", "+1"),
      "Failed to find context 'def f():' in a.txt",
    ],
    [
      patchOf("*** Update File: a.txt", "@@", " two", "-one", "+1"),
      "Failed to find expected lines in a.txt:\ntwo\none",
    ],
    [
      patchOf("*** Update File: no.txt", "@@", "-a", "+b"),
      "Failed to read file to update no.txt: No such file or directory (os error 2)",
    ],
    [
      patchOf("*** Update File: dir", "@@", "-a", "+b"),
      "Failed to read file to update dir: Is a directory (os error 21)",
    ],
    [
      patchOf("*** Update File: latin1.txt", "@@", "-a", "+b"),
      "Failed to read file to update latin1.txt: stream did not contain valid UTF-8",
    ],
    [patchOf("*** Delete File: no.txt"), "Failed to delete file no.txt"],
    [patchOf("*** Delete File: dir"), "Failed to delete file dir"],
    [patchOf("*** Add File: dir", "+x"), "Failed to write file dir: Is a directory (os error 21)"],
    [
      patchOf("*** Update File: a.txt", "*** Move to: dir", "@@", "-one", "+1"),
      "Failed to write file dir: Is a directory (os error 21)",
    ],
    [
      patchOf("*** Add File:  ", "+x"),
      `Invalid patch hunk on line 2: '*** Add File:' is not a valid hunk header. ${headers}`,
    ],
    [patchOf("*** Add File: a\0b", "+x"), "`path` contains a NUL character"],
    [patchOf("*** Add File: a", "+a\0b"), "`input` contains a NUL character"],
  ])("%j", async (input, message) => {
    const cwd = makeFolder({
      "a.txt": "one\ntwo\n",
      "dir/x": "",
      "latin1.txt": Buffer.from("a\xe9\n", "latin1"),
    });
    const before = readTree(cwd);
    const result = await call("apply_patch", { input }, makeContext(cwd));
    const output = `apply_patch verification failed: ${message}`;
    expect(result).toMatchObject({ output, outcome: { kind: "failed", message: output } });
    expect(readTree(cwd)).toEqual(before);
  });
});

test("the example in the description is a patch", () => {
  const text =
    createToolSet({ model: "gpt-oss" }).specs.find((spec) => spec.name === "apply_patch")?.description ?? "";
  const example = /\*\*\* Begin Patch[\s\S]*\*\*\* End Patch/.exec(text)?.[0] ?? "";
  expect(prepare("apply_patch", { input: example }, makeContext("/work")).action).toEqual({
    kind: "edit",
    paths: ["src/app.py", "notes.txt", "old.txt", "a.txt", "b.txt"],
  });
});

test("what the model reads, and what people see", async () => {
  const cwd = makeFolder({ "a.txt": "one\ntwo\n", "old/b.txt": "b\n", "c.txt": "c\n", over: "x\n" });
  const input = patchOf(
    "*** Delete File: c.txt",
    "*** Update File: a.txt",
    "@@",
    "-two",
    "+2",
    "*** Update File: old/b.txt",
    "*** Move to: new/b.txt",
    "@@",
    "-b",
    "+B",
    "*** Add File: d.txt",
    "+d",
    "*** Add File: over",
    "+y",
  );
  expect(await call("apply_patch", { input }, makeContext(cwd))).toEqual({
    output: [
      "Success. Updated the following files:",
      "A d.txt",
      "A over",
      "M a.txt",
      "M new/b.txt",
      "D c.txt",
      "over existed already, and was replaced",
    ].join("\n"),
    outcome: {
      kind: "files-changed",
      changes: [
        { path: "c.txt", change: "delete", diff: "@@ -1,1 +0,0 @@\n-c\n" },
        { path: "a.txt", change: "update", diff: "@@ -1,2 +1,2 @@\n one\n-two\n+2\n" },
        { path: "old/b.txt", change: "update", movedTo: "new/b.txt", diff: "@@ -1,1 +1,1 @@\n-b\n+B\n" },
        { path: "d.txt", change: "add", diff: "@@ -0,0 +1,1 @@\n+d\n" },
        { path: "over", change: "update", diff: "@@ -1,1 +1,1 @@\n-x\n+y\n" },
      ],
    },
  });
});

test("a move keeps the mode, a deletion takes the link and not its target", async () => {
  const cwd = makeFolder({ "run.sh": "a\n", target: "t\n" });
  chmodSync(join(cwd, "run.sh"), 0o755);
  symlinkSync("target", join(cwd, "link"));
  const input = patchOf(
    "*** Update File: run.sh",
    "*** Move to: bin/run.sh",
    "@@",
    "-a",
    "+b",
    "*** Delete File: link",
  );
  await call("apply_patch", { input }, makeContext(cwd));
  expect(readTree(cwd)).toEqual({ "bin/": "", "bin/run.sh": "b\n", target: "t\n" });
  expect(statSync(join(cwd, "bin/run.sh")).mode & 0o777).toBe(0o755);
});

test("a binary file can be removed", async () => {
  const cwd = makeFolder({ bin: "\0" });
  const result = await call("apply_patch", { input: patchOf("*** Delete File: bin") }, makeContext(cwd));
  expect(result.outcome).toEqual({
    kind: "files-changed",
    changes: [{ path: "bin", change: "delete", diff: "" }],
  });
  expect(readTree(cwd)).toEqual({});
});

describe("a failure in the middle undoes what was done", () => {
  async function snapshot(path: string): Promise<FileSnapshot> {
    const read = await readSnapshot(path, makeContext("/"));
    if (read.kind !== "file") {
      throw new Error(`no file: ${path}`);
    }
    return read.file;
  }

  test("writes, new folders and removals", async () => {
    const cwd = makeFolder({ "a.txt": "a\n", "b.txt": "b\n", "gone.txt": "g\n", target: "t\n" });
    chmodSync(join(cwd, "b.txt"), 0o640);
    symlinkSync("target", join(cwd, "link"));
    const path = (name: string) => join(cwd, name);
    const removed = await snapshot(path("gone.txt"));
    const writes = [
      { path: path("a.txt"), before: await snapshot(path("a.txt")), after: "A" },
      { path: path("x/y/new.txt"), before: null, after: "new" },
      { path: path("b.txt"), before: await snapshot(path("b.txt")), after: null },
      { path: path("link"), before: await snapshot(path("link")), after: null },
      // Removed by someone else in the meantime.
      { path: path("gone.txt"), before: removed, after: null },
    ];
    rmSync(path("gone.txt"));
    const before = readTree(cwd);

    expect(await commitWrites(writes, makeContext(cwd))).toEqual({
      kind: "failed",
      message: `not written: ${path("gone.txt")}: No such file or directory (os error 2) (earlier changes were undone)`,
    });
    expect(readTree(cwd)).toEqual(before);
    expect(statSync(path("b.txt")).mode & 0o777).toBe(0o640);
  });

  test("no temporary file is left behind", async () => {
    const cwd = makeFolder();
    mkdirSync(join(cwd, "taken"));
    const write = { path: join(cwd, "taken"), before: null, after: "x" };
    const result = await commitWrites([write], makeContext(cwd));
    expect(result).toEqual({
      kind: "failed",
      message: `not written: ${cwd}/taken: Is a directory (os error 21)`,
    });
    expect(readTree(cwd)).toEqual({ "taken/": "" });
  });
});
