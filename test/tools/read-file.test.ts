import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { call, makeContext, makeFolder, prepare } from "./support.ts";

const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join("");

describe("read_file", () => {
  test.each([
    ["a file", "one\n\ttwo\n\nfour\n", {}, "1\tone\n2\t\ttwo\n3\t\n4\tfour", 4, 4],
    ["no final newline", "one\ntwo", {}, "1\tone\n2\ttwo", 2, 2],
    ["CRLF", "one\r\ntwo\r\n", {}, "1\tone\n2\ttwo", 2, 2],
    ["byte order mark", "\ufeffone\n", {}, "1\tone", 1, 1],
    ["empty", "", {}, "[the file is empty]", 0, 0],
    ["one empty line", "\n", {}, "1\t", 1, 1],
    ["offset", lines(5), { offset: 4 }, "4\tline 4\n5\tline 5", 2, 5],
    ["limit", lines(5), { limit: 2 }, "1\tline 1\n2\tline 2\n[3 more lines; continue with offset=3]", 2, 5],
    ["both", lines(5), { offset: 2, limit: 1 }, "2\tline 2\n[3 more lines; continue with offset=3]", 1, 5],
    [
      "as text",
      lines(3),
      { offset: "2", limit: "1" },
      "2\tline 2\n[1 more lines; continue with offset=3]",
      1,
      3,
    ],
    [
      "the first and last line",
      lines(5),
      { start_line: 2, end_line: 3 },
      "2\tline 2\n3\tline 3\n[2 more lines; continue with offset=4]",
      2,
      5,
    ],
    ["offset 0", lines(1), { offset: 0, limit: 0 }, "1\tline 1", 1, 1],
    [
      "not UTF-8",
      Buffer.from("caf\xe9\n", "latin1"),
      {},
      "1\tcaf\ufffd\n[not UTF-8: some characters are shown as \ufffd]",
      1,
      1,
    ],
  ])("%s", async (_name, content, args, output, shown, totalLines) => {
    const cwd = makeFolder({ "a.txt": content });
    expect(await call("read_file", { path: "a.txt", ...args }, makeContext(cwd))).toEqual({
      output,
      outcome: { kind: "file-read", lines: shown, totalLines },
    });
  });

  test("400 lines unless asked for more", async () => {
    const context = makeContext(makeFolder({ "a.txt": lines(1_000) }));
    const first = await call("read_file", { path: "a.txt" }, context);
    expect(first.output.split("\n").slice(-2)).toEqual([
      "400\tline 400",
      "[600 more lines; continue with offset=401]",
    ]);
    const more = await call("read_file", { path: "a.txt", limit: 500 }, context);
    expect(more.outcome).toEqual({ kind: "file-read", lines: 500, totalLines: 1_000 });
  });

  test("10 KiB at most", async () => {
    const context = makeContext(makeFolder({ "a.txt": `${"x".repeat(99)}\n`.repeat(400) }));
    const { output } = await call("read_file", { path: "a.txt", limit: 400 }, context);
    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(10_240);
    expect(output.split("\n").at(-1)).toBe("[302 more lines; continue with offset=99]");
  });

  test("a huge line", async () => {
    const context = makeContext(makeFolder({ "a.txt": `${"é".repeat(5_000)}\nend\n` }));
    const { output } = await call("read_file", { path: "a.txt" }, context);
    expect(output).toBe(`1\t${"é".repeat(1_000)} [line cut: 8000 more bytes]\n2\tend`);
  });

  test("a directory", async () => {
    const context = makeContext(makeFolder({ "b.txt": "", "a/x": "", ".hidden": "" }));
    expect(await call("read_file", { path: "." }, context)).toEqual({
      output: ".hidden\na/\nb.txt",
      outcome: { kind: "file-read", lines: 3, totalLines: 3 },
    });
  });

  test("a big directory, an empty one", async () => {
    const names = Array.from({ length: 300 }, (_, index) => String(1_000 + index));
    const cwd = makeFolder(Object.fromEntries(names.map((name) => [`d/${name}`, ""])));
    mkdirSync(join(cwd, "empty"));
    const big = await call("read_file", { path: "d" }, makeContext(cwd));
    expect(big).toEqual({
      output: [...names.slice(0, 256), "[44 more entries; continue with offset=257]"].join("\n"),
      outcome: { kind: "file-read", lines: 256, totalLines: 300 },
    });
    const rest = await call("list_dir", { dir_path: "d", offset: 257 }, makeContext(cwd));
    expect(rest.output).toBe(names.slice(256).join("\n"));
    const two = await call("ls", { path: "d", offset: 2, limit: 2 }, makeContext(cwd));
    expect(two.output).toBe("1001\n1002\n[297 more entries; continue with offset=4]");
    const behind = await call("read_file", { path: "d", offset: 301 }, makeContext(cwd));
    expect(behind.output).toBe("offset 301 is behind the end: the directory has 300 entries");
    expect((await call("ls", {}, makeContext(cwd))).output).toBe("d/\nempty/");
    const empty = await call("read_file", { path: "empty" }, makeContext(cwd));
    expect(empty.output).toBe("[the directory is empty]");
  });

  test.skipIf(process.platform !== "linux")("a file of /proc says it is empty (Linux)", async () => {
    const { output } = await call("read_file", { path: "/proc/version" }, makeContext("/"));
    expect(output).toMatch(/^1\tLinux version /);
  });

  test("through a link", async () => {
    const cwd = makeFolder({ "a.txt": "x\n" });
    symlinkSync("a.txt", join(cwd, "link"));
    expect((await call("read_file", { path: "link" }, makeContext(cwd))).output).toBe("1\tx");
  });

  describe("failures", () => {
    const files = { "src/parser.ts": "", "src/parse.test.ts": "", "src/other.md": "", "bin.dat": "a\0b" };
    test.each([
      ["src/parse.ts", {}, "src/parse.ts does not exist; in src there is parse.test.ts, parser.ts"],
      ["src/PARSER.TS", {}, "src/PARSER.TS does not exist; in src there is parser.ts"],
      ["zzzzzzzz", {}, "zzzzzzzz does not exist"],
      ["bin.da", {}, "bin.da does not exist; in this directory there is bin.dat"],
      ["lib/a.ts", {}, "lib/a.ts does not exist, nor does the directory lib"],
      ["bin.dat", {}, "bin.dat is a binary file (3 bytes)"],
      ["src/other.md/x", {}, "src/other.md/x can't be read: Not a directory (os error 20)"],
      ["short", { offset: 9 }, "offset 9 is behind the end: the file has 1 lines"],
      ["dangling", {}, "dangling can't be read: broken symbolic link"],
      ["pipe", {}, "pipe is not a regular file"],
      ["/dev/zero", {}, "/dev/zero is not a regular file"],
      [
        "big",
        {},
        "big is too large (16777217 bytes, the limit is 16777216); use shell with sed, head or grep",
      ],
    ])("%s", async (path, args, message) => {
      const cwd = makeFolder({ ...files, short: "x" });
      symlinkSync("nowhere", join(cwd, "dangling"));
      await call("shell", { command: "mkfifo pipe" }, makeContext(cwd));
      writeFileSync(join(cwd, "big"), "");
      truncateSync(join(cwd, "big"), 16 * 1024 * 1024 + 1);
      expect(await call("read_file", { path, ...args }, makeContext(cwd))).toEqual({
        output: message,
        outcome: { kind: "failed", message },
      });
    });
  });

  test.each([
    [{ path: "a" }, { kind: "read", path: "a" }],
    [
      { file_path: "/work/a", offset: 3, limit: 4 },
      { kind: "read", path: "a", firstLine: 3, lineCount: 4 },
    ],
    [{ path: "../b" }, { kind: "read", path: "/b" }],
    [{ path: "~/b" }, { kind: "read", path: "/home/u/b" }],
    [{ path: "~b" }, { kind: "read", path: "~b" }],
  ])("what is shown of %j", (args, action) => {
    expect(prepare("read_file", args, makeContext("/work")).action).toEqual(action);
  });
});

/** Opening it without blocking shows whether the rights are there; nothing is read. */
