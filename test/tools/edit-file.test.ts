import { chmodSync, lstatSync, readlinkSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { call, makeContext, makeFolder, readTree, realSandbox } from "./support.ts";

describe("edit_file", () => {
  test.each([
    ["one line", "a\nb\nc\n", "b", "B", "a\nB\nc\n", "line 2"],
    ["several lines", "a\nb\nc\n", "a\nb\n", "x\n", "x\nc\n", "line 1"],
    ["no final newline", "a\nb", "b", "c", "a\nc", "line 2"],
    ["removal", "a\nb\nc\n", "b\n", "", "a\nc\n", "line 2"],
    ["tabs and spaces", "\tif x:\n\t  y\n", "\t  y", "\t  z", "\tif x:\n\t  z\n", "line 2"],
    ["special characters of replacements", "a $1 b\n", "$1", "$&$$", "a $&$$ b\n", "line 1"],
    ["CRLF, one line", "a\r\nb\r\n", "b", "x\ny", "a\r\nx\r\ny\r\n", "line 2"],
    ["CRLF, several lines", "a\r\nb\r\nc\r\n", "a\nb", "x\ny\nz", "x\r\ny\r\nz\r\nc\r\n", "line 1"],
    ["CRLF, written as such", "a\r\nb\r\n", "a\r\nb", "x\r\ny", "x\r\ny\r\n", "line 1"],
    ["CRLF, a line with its end", "a\r\nb\r\nc\r\n", "b\n", "", "a\r\nc\r\n", "line 2"],
    ["CRLF, from a line's end", "a\r\nb\r\nc\r\n", "\nb", "", "a\r\nc\r\n", "line 1"],
    ["both endings, the LF part", "a\r\nb\nc\n", "b\nc", "x\ny", "a\r\nx\ny\n", "line 2"],
    ["both endings, the CRLF part", "a\r\nb\r\nc\n", "a\nb", "x\ny", "x\r\ny\r\nc\n", "line 1"],
    ["LF, asked for as CRLF", "a\nb\n", "a\r\nb", "x\r\ny", "x\ny\n", "line 1"],
    ["byte order mark", "\ufeffa\nb\n", "a", "x", "\ufeffx\nb\n", "line 1"],
    ["wide characters", "é你🙂\nb\n", "你🙂", "x", "éx\nb\n", "line 1"],
    ["carriage returns of its own", "a\rb\nc\n", "c", "x", "a\rb\nx\n", "line 2"],
  ])("%s", async (_name, before, old_text, new_text, after, place) => {
    const cwd = makeFolder({ "a.txt": before });
    const result = await call("edit_file", { path: "a.txt", old_text, new_text }, makeContext(cwd));
    expect(readTree(cwd)).toEqual({ "a.txt": Buffer.from(after).toString("latin1") });
    expect(result.output).toBe(`Edited a.txt at ${place}`);
  });

  test("replace_all", async () => {
    const cwd = makeFolder({ "a.txt": "x y\r\nx\r\n\r\nx\r\n" });
    const args = { path: "a.txt", old_string: "x", new_string: "xx", replace_all: true };
    const result = await call("replace", args, makeContext(cwd));
    expect(readTree(cwd)).toEqual({ "a.txt": "xx y\r\nxx\r\n\r\nxx\r\n" });
    expect(result.output).toBe("Edited a.txt at lines 1, 2, 4");
  });

  test("matches don't overlap", async () => {
    const cwd = makeFolder({ "a.txt": "aaaaa" });
    await call(
      "edit",
      { path: "a.txt", old_text: "aa", new_text: "b", replace_all: "true" },
      makeContext(cwd),
    );
    expect(readTree(cwd)).toEqual({ "a.txt": "bba" });
  });

  test("the change, as people see it", async () => {
    const cwd = makeFolder({ "src/a.txt": "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n9" });
    const args = { file_path: join(cwd, "src/a.txt"), old_str: "5", new_str: "five" };
    expect((await call("str_replace", args, makeContext(cwd))).outcome).toEqual({
      kind: "files-changed",
      changes: [
        {
          path: "src/a.txt",
          change: "update",
          diff: "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n",
        },
      ],
    });
  });

  test("an empty old_text makes a missing file, with its folders", async () => {
    const cwd = makeFolder();
    const result = await call(
      "edit_file",
      { path: "a/b.txt", old_text: "", new_text: "x\n" },
      makeContext(cwd),
    );
    expect(readTree(cwd)).toEqual({ "a/": "", "a/b.txt": "x\n" });
    expect(result).toEqual({
      output: "Created a/b.txt",
      outcome: {
        kind: "files-changed",
        changes: [{ path: "a/b.txt", change: "add", diff: "@@ -0,0 +1,1 @@\n+x\n" }],
      },
    });
  });

  test("mode and link are kept", async () => {
    const cwd = makeFolder({ "real/run.sh": "echo a\n" });
    chmodSync(join(cwd, "real/run.sh"), 0o751);
    symlinkSync("real/run.sh", join(cwd, "link"));
    await call("edit_file", { path: "link", old_text: "a", new_text: "b" }, makeContext(cwd));
    expect(readlinkSync(join(cwd, "link"))).toBe("real/run.sh");
    expect(lstatSync(join(cwd, "real/run.sh")).isFile()).toBe(true);
    expect(statSync(join(cwd, "real/run.sh")).mode & 0o7777).toBe(0o751);
    expect(readTree(cwd)).toEqual({ "real/": "", "real/run.sh": "echo b\n", link: "(special)" });
  });

  describe("failures leave the file alone", () => {
    test.each([
      ["the same", "a\n", "a", "a", "old_text and new_text are the same: nothing to change"],
      [
        "nothing to replace",
        "a\n",
        "",
        "x",
        "a.txt exists already: give the old_text to replace, or use write_file to replace all",
      ],
      ["binary", "a\0b", "a", "x", "a.txt is a binary file: not edited"],
      ["other encoding", Buffer.from("caf\xe9", "latin1"), "caf", "x", "a.txt is not UTF-8 text: not edited"],
    ])("%s", async (_name, before, old_text, new_text, message) => {
      const cwd = makeFolder({ "a.txt": before });
      const result = await call("edit_file", { path: "a.txt", old_text, new_text }, makeContext(cwd));
      expect(result).toEqual({ output: message, outcome: { kind: "failed", message } });
      expect(readTree(cwd)).toEqual({ "a.txt": Buffer.from(before).toString("latin1") });
    });

    test.each([
      ["missing.txt", "missing.txt does not exist"],
      ["src", "src is a directory"],
    ])("%s", async (path, message) => {
      const cwd = makeFolder({ "src/a.txt": "a" });
      const result = await call("edit_file", { path, old_text: "a", new_text: "b" }, makeContext(cwd));
      expect(result.output).toBe(message);
    });

    test("after an interrupt", async () => {
      const cwd = makeFolder({ "a.txt": "a" });
      const context = makeContext(cwd, { signal: AbortSignal.abort() });
      const result = await call("edit_file", { path: "a.txt", old_text: "a", new_text: "b" }, context);
      expect(result.outcome).toEqual({ kind: "aborted" });
      expect(readTree(cwd)).toEqual({ "a.txt": "a" });
    });
  });
});

describe("what the sandbox forbids", () => {
  const cases = (cwd: string, outside: string) =>
    ({
      "read-only": [{ mode: "read-only" }, "a.txt", "not written: the sandbox is read-only"],
      outside: [
        { mode: "workspace-write", writableRoots: [cwd], networkAccess: false },
        join(outside, "a.txt"),
        `not written: ${join(outside, "a.txt")} is outside the writable folders`,
      ],
      "through a link": [
        { mode: "workspace-write", writableRoots: [cwd], networkAccess: false },
        "link",
        `not written: ${join(cwd, "link")} is outside the writable folders`,
      ],
      ".git": [
        { mode: "workspace-write", writableRoots: [cwd], networkAccess: false },
        ".git/config",
        `not written: ${join(cwd, ".git/config")} is protected (.git is read-only)`,
      ],
    }) as const;

  test.each(["read-only", "outside", "through a link", ".git"] as const)("%s", async (name) => {
    const cwd = makeFolder({ "a.txt": "a", ".git/config": "a" });
    const outside = makeFolder({ "a.txt": "a" });
    symlinkSync(join(outside, "a.txt"), join(cwd, "link"));
    const [policy, path, message] = cases(cwd, outside)[name];
    const context = makeContext(cwd, { sandbox: realSandbox(cwd, policy) });
    const patch = `*** Begin Patch\n*** Update File: ${path}\n@@\n-a\n+b\n*** End Patch`;
    for (const [tool, args] of [
      ["edit_file", { path, old_text: "a", new_text: "b" }],
      ["write_file", { path, content: "b" }],
      ["apply_patch", { input: patch }],
      ["apply_patch", { input: `*** Begin Patch\n*** Delete File: ${path}\n*** End Patch` }],
    ] as const) {
      expect(await call(tool, args, context)).toEqual({
        output: message,
        outcome: { kind: "failed", message },
      });
    }
    expect([readTree(cwd), readTree(outside)]).toEqual([
      { "a.txt": "a", ".git/": "", ".git/config": "a", link: "(special)" },
      { "a.txt": "a" },
    ]);
  });

  test("a move out, and a patch of which only one part is allowed", async () => {
    const cwd = makeFolder({ "a.txt": "a\n" });
    const outside = makeFolder();
    const sandbox = realSandbox(cwd, { mode: "workspace-write", writableRoots: [cwd], networkAccess: false });
    const input = `*** Begin Patch\n*** Add File: new.txt\n+x\n*** Update File: a.txt\n*** Move to: ${outside}/b.txt\n@@\n-a\n+b\n*** End Patch`;
    const result = await call("apply_patch", { input }, makeContext(cwd, { sandbox }));
    expect(result.output).toBe(`not written: ${outside}/b.txt is outside the writable folders`);
    expect([readTree(cwd), readTree(outside)]).toEqual([{ "a.txt": "a\n" }, {}]);
  });
});
