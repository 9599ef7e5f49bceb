import { chmodSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { call, makeContext, makeFolder, readTree } from "./support.ts";

describe("write_file", () => {
  test("a new file, with its folders", async () => {
    const cwd = makeFolder();
    expect(await call("write_file", { path: "a/b/c.txt", content: "x\ny" }, makeContext(cwd))).toEqual({
      output: "Created a/b/c.txt",
      outcome: {
        kind: "files-changed",
        changes: [
          {
            path: "a/b/c.txt",
            change: "add",
            diff: "@@ -0,0 +1,2 @@\n+x\n+y\n\\ No newline at end of file\n",
          },
        ],
      },
    });
    expect(readTree(cwd)).toEqual({ "a/": "", "a/b/": "", "a/b/c.txt": "x\ny" });
  });

  test("in place of an old one: mode and link stay", async () => {
    const cwd = makeFolder({ "run.sh": "old\n" });
    chmodSync(join(cwd, "run.sh"), 0o755);
    symlinkSync("run.sh", join(cwd, "link"));
    const context = makeContext(cwd);
    await call("read_file", { path: "link" }, context);
    const result = await call("create_file", { file_path: "link", text: "new\n" }, context);
    expect(result).toEqual({
      output: "Wrote link",
      outcome: {
        kind: "files-changed",
        changes: [{ path: "link", change: "update", diff: "@@ -1,1 +1,1 @@\n-old\n+new\n" }],
      },
    });
    expect(readTree(cwd)).toEqual({ "run.sh": "new\n", link: "(special)" });
    expect(statSync(join(cwd, "run.sh")).mode & 0o777).toBe(0o755);
  });

  test.each([
    ["empty content", "a.txt", ""],
    ["content as it is", "a.txt", "a\r\nb\n\ufeff你"],
  ])("%s", async (_name, path, content) => {
    const cwd = makeFolder();
    await call("write", { path, content }, makeContext(cwd));
    expect(readTree(cwd)[path]).toBe(Buffer.from(content).toString("latin1"));
  });

  test.each([
    ["src", "not written: src is a directory"],
    ["a.txt/b", "not written: a.txt/b can't be read: Not a directory (os error 20)"],
    ["dangling", "not written: dangling can't be read: broken symbolic link"],
    ["dangling/b", "not written: CWD/dangling/b: No such file or directory (os error 2)"],
  ])("not over %s", async (path, message) => {
    const cwd = makeFolder({ "src/a": "a", "a.txt": "a" });
    symlinkSync("nowhere", join(cwd, "dangling"));
    const before = readTree(cwd);
    const result = await call("write_file", { path, content: "x" }, makeContext(cwd));
    expect(result.output).toBe(message.replace("CWD", cwd));
    expect(readTree(cwd)).toEqual(before);
  });

  test("a rewrite too large for an exact diff is still shown", async () => {
    const text = (word: string) => Array.from({ length: 4_000 }, (_, index) => `${word}${index}\n`).join("");
    const cwd = makeFolder({ "a.txt": text("old") });
    const context = makeContext(cwd);
    await call("read_file", { path: "a.txt" }, context);
    const result = await call("write_file", { path: "a.txt", content: text("new") }, context);
    const diff = result.outcome.kind === "files-changed" ? result.outcome.changes[0]?.diff : undefined;
    expect(diff?.split("\n").slice(0, 2)).toEqual(["@@ -1,4000 +1,4000 @@", "-old0"]);
    expect(diff?.endsWith("\n+new3999\n")).toBe(true);
  });
});
