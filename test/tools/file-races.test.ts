import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { snapshotTree } from "../support/tree.ts";
import { call, makeContext, makeFolder } from "./support.ts";

/** Between the reading and the writing of one call, somebody else comes: the question for the right to write is the moment. */
function meddling(cwd: string, meddle: () => void) {
  const context = makeContext(cwd);
  let left = 1;
  const sandbox: Sandbox = {
    ...context.sandbox,
    get unconfined() {
      return sandbox;
    },
    checkWrite(path) {
      if (left > 0) {
        left -= 1;
        meddle();
      }
      return context.sandbox.checkWrite(path);
    },
  };
  return { ...context, sandbox };
}

const CHANGED = "the file has changed on disk in this moment; read it again";
const APPEARED = "a file of this name has appeared in this moment; read it first";
const patch = (...lines: string[]) => ({ input: ["*** Begin Patch", ...lines, "*** End Patch"].join("\n") });
const edit = { path: "a.txt", old_text: "a", new_text: "b" };

describe("what has changed since it was read is left alone", () => {
  test.each<[string, string, unknown, (cwd: string) => void, string]>([
    ["another content", "edit_file", edit, (cwd) => writeFileSync(join(cwd, "a.txt"), "user\n"), CHANGED],
    [
      "another content of the same length",
      "edit_file",
      edit,
      (cwd) => writeFileSync(join(cwd, "a.txt"), "z\n"),
      CHANGED,
    ],
    ["removed", "edit_file", edit, (cwd) => rmSync(join(cwd, "a.txt")), CHANGED],
    [
      "a link in its place",
      "edit_file",
      edit,
      (cwd) => {
        renameSync(join(cwd, "a.txt"), join(cwd, "moved.txt"));
        symlinkSync("moved.txt", join(cwd, "a.txt"));
      },
      CHANGED,
    ],
    [
      "a folder in its place",
      "edit_file",
      edit,
      (cwd) => {
        rmSync(join(cwd, "a.txt"));
        mkdirSync(join(cwd, "a.txt"));
      },
      CHANGED,
    ],
    [
      "a new file where there was none",
      "write_file",
      { path: "new.txt", content: "mine\n" },
      (cwd) => writeFileSync(join(cwd, "new.txt"), "user\n"),
      APPEARED,
    ],
    [
      "a deletion",
      "apply_patch",
      patch("*** Delete File: a.txt"),
      (cwd) => writeFileSync(join(cwd, "a.txt"), "user\n"),
      CHANGED,
    ],
    [
      "the last of several",
      "apply_patch",
      patch(
        "*** Add File: x/y/n.txt",
        "+n",
        "*** Delete File: b.txt",
        "*** Update File: a.txt",
        "@@",
        "-a",
        "+b",
      ),
      (cwd) => writeFileSync(join(cwd, "a.txt"), "user\n"),
      `${CHANGED} (earlier changes were undone)`,
    ],
  ])("%s", async (_name, tool, args, meddle, reason) => {
    const cwd = makeFolder({ "a.txt": "a\n", "b.txt": "b\n" });
    let meddled = {};
    const context = meddling(cwd, () => {
      meddle(cwd);
      meddled = snapshotTree(cwd);
    });
    const { output } = await call(tool, args, context);
    expect(output).toMatch(/^not written: /);
    expect(output.endsWith(`: ${reason}`)).toBe(true);
    expect(snapshotTree(cwd)).toEqual(meddled);
  });

  test.each(["edit_file", "write_file", "apply_patch"])(
    "a link out in the place of a folder, %s",
    async (tool) => {
      const cwd = makeFolder({ "d/a.txt": "a\n" });
      const outside = makeFolder({ "a.txt": "a\n" });
      const context = meddling(cwd, () => {
        renameSync(join(cwd, "d"), join(cwd, "moved"));
        symlinkSync(outside, join(cwd, "d"));
      });
      const calls: Record<string, unknown> = {
        edit_file: { ...edit, path: "d/a.txt" },
        write_file: { path: "d/new.txt", content: "x" },
        apply_patch: patch("*** Add File: d/new.txt", "+x", "*** Delete File: d/a.txt"),
      };
      const { output } = await call(tool, calls[tool], context);
      expect(output).toMatch(/^not written: .*: Not a directory/);
      expect([snapshotTree(outside), snapshotTree(join(cwd, "moved"))]).toEqual([
        { "a.txt": "file 644: a\n" },
        { "a.txt": "file 644: a\n" },
      ]);
    },
  );

  test.skipIf(process.getuid?.() === 0)(
    "no right to write it (root always has it: skipped there)",
    async () => {
      const cwd = makeFolder({ "a.txt": "a\n", "d/b.txt": "b\n" });
      chmodSync(join(cwd, "a.txt"), 0o444);
      chmodSync(join(cwd, "d"), 0o555);
      const before = snapshotTree(cwd);
      const outputs = [
        await call("edit_file", edit, makeContext(cwd)),
        await call("edit_file", { path: "d/b.txt", old_text: "b", new_text: "c" }, makeContext(cwd)),
        await call("write_file", { path: "d/new.txt", content: "x" }, makeContext(cwd)),
      ].map(({ output }) => output.replace(cwd, "CWD"));
      const after = snapshotTree(cwd);
      chmodSync(join(cwd, "d"), 0o755);
      expect(outputs).toEqual(
        ["a.txt", "d/b.txt", "d/new.txt"].map(
          (path) => `not written: CWD/${path}: Permission denied (os error 13)`,
        ),
      );
      expect(after).toEqual(before);
    },
  );

  test("a touch without a change is none", async () => {
    const cwd = makeFolder({ "a.txt": "a\n" });
    const context = meddling(cwd, () => writeFileSync(join(cwd, "a.txt"), "a\n"));
    expect((await call("edit_file", edit, context)).output).toBe("Edited a.txt at line 1");
    expect(readFileSync(join(cwd, "a.txt"), "utf8")).toBe("b\n");
  });
});
