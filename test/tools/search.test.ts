import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readGlobs } from "../../src/tools/search/glob.ts";
import { noSandbox } from "../support/sandbox.ts";
import { call, makeContext, makeFolder, prepare, readTree, realSandbox } from "./support.ts";

/** Folders with the programs of one engine and what a shell needs. */
const bins = mkdtempSync(join(tmpdir(), "leat-search-"));
afterAll(() => rmSync(bins, { recursive: true, force: true }));
const BASICS = ["sh", "bash", "grep", "find", "sort", "cut", "head", "tr", "xargs", "env"];

function binWith(engine: string, programs: readonly string[]): string {
  const folder = join(bins, engine);
  mkdirSync(folder);
  for (const program of programs) {
    const { stdout } = spawnSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" });
    if (stdout.trim() !== "") {
      symlinkSync(stdout.trim(), join(folder, program));
    }
  }
  return folder;
}

const withRipgrep = binWith("rg", [...BASICS, "rg"]);
const hasRipgrep = existsSync(join(withRipgrep, "rg"));
const ENGINES = [
  {
    engine: "rg",
    path: withRipgrep,
    obstacle: hasRipgrep ? undefined : "ripgrep is not installed",
  },
  { engine: "git", path: binWith("git", [...BASICS, "git"]), obstacle: undefined },
  { engine: "grep", path: binWith("grep", BASICS), obstacle: undefined },
];

const FILES = {
  "src/a.ts": "import x\nexport const foo = bar(1);\n  foo();\n",
  "src/deep/b.ts": "const value = 42; // foo\r\n",
  "src/c.tsx": "foo\n",
  "src/lib/e.md": "# foo\n",
  "notes.md": "Foo and FOO\n",
  "--help": "foo as an option\n",
  ".github/ci.yml": "foo: yes\n",
  "node_modules/x/i.js": "foo\n",
  "bin.dat": "foo\0bar\n",
  "with:colon 1.txt": "a:b:foo\n",
};

function project(more: Record<string, string | Buffer> = {}): string {
  const cwd = makeFolder({ ...FILES, ".gitignore": "node_modules/\n", ...more });
  spawnSync("git", ["init", "-q", cwd]);
  return cwd;
}

/** One for all cases, which change nothing in it. */
function lastingProject(name: string): string {
  const cwd = join(realpathSync(bins), `project-${name}`);
  cpSync(project(), cwd, { recursive: true });
  return cwd;
}

const ALL_FOO = [
  "--help:1: foo as an option",
  ".github/ci.yml:1: foo: yes",
  "src/a.ts:2: export const foo = bar(1);",
  "src/a.ts:3:   foo();",
  "src/c.tsx:1: foo",
  "src/deep/b.ts:1: const value = 42; // foo",
  "src/lib/e.md:1: # foo",
  "with:colon 1.txt:1: a:b:foo",
];
const NO_MATCH = "; files that git ignores are not searched]";

const CASES: readonly [string, Record<string, unknown>, readonly string[]][] = [
  ["everywhere", { pattern: "foo" }, ALL_FOO],
  ["a folder", { pattern: "foo", path: "src" }, ALL_FOO.slice(2, 7)],
  ["a file", { pattern: "foo", path: "src/a.ts" }, ALL_FOO.slice(2, 4)],
  ["an absolute path", { pattern: "value", path: "CWD/src" }, [ALL_FOO[5] ?? ""]],
  ["a name's glob", { pattern: "foo", glob: "*.ts" }, [...ALL_FOO.slice(2, 4), ALL_FOO[5] ?? ""]],
  ["braces", { pattern: "^foo", glob: "*.{tsx,yml}" }, [ALL_FOO[1] ?? "", ALL_FOO[4] ?? ""]],
  ["a path's glob", { pattern: "foo", glob: "src/deep/**/*.ts" }, [ALL_FOO[5] ?? ""]],
  ["a glob from the folder on", { pattern: "foo", path: "src", glob: "deep/*.ts" }, [ALL_FOO[5] ?? ""]],
  [
    "a glob from the working directory on",
    { pattern: "foo", path: "src", glob: "src/deep/*.ts" },
    [ALL_FOO[5] ?? ""],
  ],
  [
    "a glob that leaves out",
    { pattern: "foo", path: "src", glob: "!*.ts" },
    [ALL_FOO[4] ?? "", ALL_FOO[6] ?? ""],
  ],
  ["any case", { pattern: "foo", path: "notes.md", ignore_case: true }, ["notes.md:1: Foo and FOO"]],
  ["classes of Perl", { pattern: "\\bvalue\\s=\\s\\d+" }, [ALL_FOO[5] ?? ""]],
  ["an alternative", { pattern: "import|value" }, ["src/a.ts:1: import x", ALL_FOO[5] ?? ""]],
  ["a pattern that looks like an option", { pattern: "--help" }, [`[no match in this directory${NO_MATCH}`]],
  ["a file that looks like an option", { pattern: "option", path: "--help" }, [ALL_FOO[0] ?? ""]],
  [
    "quotes are no shell",
    { pattern: "'; touch /tmp/x; '\"$(id)`id`" },
    [`[no match in this directory${NO_MATCH}`],
  ],
  [
    "no match",
    { pattern: "nowhere", path: "src", glob: "*.ts" },
    [`[no match in src, among files like *.ts${NO_MATCH}`],
  ],
  [
    "no regular expression, but text that is there",
    { pattern: "bar(", path: "src" },
    [ALL_FOO[2] ?? "", "[not a regular expression, so it was searched as plain text]"],
  ],
  ["files", { glob: "*.ts" }, ["src/a.ts", "src/deep/b.ts"]],
  ["files of a folder", { path: "src" }, ["src/a.ts", "src/c.tsx", "src/deep/b.ts", "src/lib/e.md"]],
  ["files by a path", { glob: "src/*/*.ts" }, ["src/deep/b.ts"]],
  ["hidden ones by their name", { glob: "*.yml" }, [".github/ci.yml"]],
  ["no files", { glob: "*.rs", path: "src" }, ["[no files in src like *.rs]"]],
  [
    "a folder that is ignored, if it is named",
    { pattern: "foo", path: "node_modules/x" },
    ["node_modules/x/i.js:1: foo"],
  ],
  [
    "a file that is ignored, if it is named",
    { pattern: "foo", path: "node_modules/x/i.js" },
    ["node_modules/x/i.js:1: foo"],
  ],
];

describe.each(ENGINES)("$engine", ({ engine, path, obstacle }) => {
  const skipped = obstacle !== undefined;
  const why = skipped ? ` (skipped: ${obstacle})` : "";
  const contextOf = (cwd: string, options = {}) =>
    makeContext(cwd, { sandbox: realSandbox(cwd, { mode: "danger-full-access" }, { path, ...options }) });
  const shared = skipped ? "" : lastingProject(engine);

  test.skipIf(skipped).each(CASES)(`%s${why}`, async (_name, args, lines) => {
    const named = JSON.parse(JSON.stringify(args).replace("CWD", shared)) as typeof args;
    const { output } = await call("search", named, contextOf(shared));
    expect(output.split("\n")).toEqual(lines);
  });

  test.skipIf(skipped)(`what git ignores is known where git or ripgrep is${why}`, async () => {
    const cwd = project({ "made/out.js": "made here\n", ".gitignore": "made\n" });
    const context = contextOf(cwd);
    const { output } = await call("search", { pattern: "made here" }, context);
    expect(output).toBe(
      engine === "grep" ? "made/out.js:1: made here" : `[no match in this directory${NO_MATCH}`,
    );
    const inside = await call("search", { pattern: "made here", path: "made" }, context);
    expect(inside.output).toBe("made/out.js:1: made here");
  });

  test.skipIf(skipped)(`outside any repository${why}`, async () => {
    const cwd = makeFolder({ "a.txt": "foo\n", "node_modules/b.txt": "x\n" });
    expect((await call("search", { pattern: "foo" }, contextOf(cwd))).output).toBe("a.txt:1: foo");
    expect((await call("search", { glob: "a.*" }, contextOf(cwd))).output).toBe("a.txt");
  });

  test.skipIf(skipped)(`what is told of it${why}`, async () => {
    const context = contextOf(shared);
    const outcomes = [{ pattern: "foo" }, { pattern: "nowhere" }, { glob: "*.ts" }].map(
      async (args) => (await call("search", args, context)).outcome,
    );
    expect(await Promise.all(outcomes)).toEqual([
      { kind: "found", what: "matches", count: 8, atLeast: false },
      { kind: "found", what: "matches", count: 0, atLeast: false },
      { kind: "found", what: "files", count: 2, atLeast: false },
    ]);
  });

  test.skipIf(skipped)(`no regular expression, and not there as text${why}`, async () => {
    const { output, outcome } = await call("search", { pattern: "nope(" }, contextOf(shared));
    expect(outcome.kind).toBe("failed");
    expect(output).toMatch(
      /^not a regular expression \(.+\), and as plain text it was not found\. To match it as text: nope\\\($/,
    );
  });

  test.skipIf(skipped)(`more than anyone reads, long lines, colours${why}`, async () => {
    const cwd = makeFolder({
      "many.txt": "hit\n".repeat(5_000),
      "long.txt": `${"é".repeat(2_000)} needle\n${"x".repeat(100)} needle\n`,
      "colour.txt": "\x1b[31mred\x1b[0m needle\x07\n",
    });
    const context = contextOf(cwd);
    const many = await call("search", { pattern: "hit" }, context);
    expect(many.output.split("\n").at(-1)).toBe(
      "[more than 1744 more matches; narrow the pattern, path or glob]",
    );
    expect(many.outcome).toEqual({ kind: "found", what: "matches", count: 2_000, atLeast: true });
    const long = await call("search", { pattern: "needle", path: "long.txt" }, context);
    const [first = "", second] = long.output.split("\n");
    expect([Buffer.byteLength(first) < 520, first.endsWith(" …"), second]).toEqual([
      true,
      true,
      `long.txt:2: ${"x".repeat(100)} needle`,
    ]);
    const colour = await call("search", { pattern: "needle", path: "colour.txt" }, context);
    expect(colour.output).toBe("colour.txt:1: red needle");
  });

  test.skipIf(skipped)(`secrets are not shown, links not followed${why}`, async () => {
    const cwd = project({ "home/auth.json": "KEY foo\n", "open.txt": "KEY\n" });
    symlinkSync(join(cwd, "home"), join(cwd, "linked"));
    symlinkSync("/etc/passwd", join(cwd, "passwd"));
    const context = contextOf(cwd, { hiddenFiles: [join(cwd, "home/auth.json")] });
    expect((await call("search", { pattern: "KEY" }, context)).output).toBe("open.txt:1: KEY");
    expect((await call("search", { pattern: "root:" }, context)).outcome).toMatchObject({ count: 0 });
    expect((await call("search", { pattern: "KEY", path: "linked/auth.json" }, context)).output).toBe(
      "linked/auth.json was not read: it holds keys",
    );
    expect((await call("search", { glob: "auth.*" }, context)).output).toBe(
      "[no files in this directory like auth.*]",
    );
  });

  test.skipIf(skipped || noSandbox !== undefined)(
    `in the sandbox${noSandbox === undefined ? why : ` (skipped: ${noSandbox})`}`,
    async () => {
      const cwd = project();
      const context = makeContext(cwd, {
        sandbox: realSandbox(cwd, { mode: "read-only" }, { path: `${path}:/usr/bin:/bin` }),
      });
      expect((await call("search", { pattern: "value" }, context)).output).toBe(ALL_FOO[5]);
    },
  );

  test.skipIf(skipped)(`no program of the repository's or the user's is started${why}`, async () => {
    const cwd = project();
    const trap = join(cwd, "trap.sh");
    writeFileSync(trap, `#!/bin/sh\necho sprung >> ${join(cwd, "sprung")}\n`);
    chmodSync(trap, 0o755);
    const settings = ["core.fsmonitor", "core.pager", "diff.x.textconv", "core.sshCommand", "pager.grep"];
    for (const key of settings) {
      spawnSync("git", ["-C", cwd, "config", key, trap]);
    }
    writeFileSync(join(cwd, ".gitattributes"), "* diff=x\n");
    writeFileSync(join(cwd, ".ripgreprc"), `--pre=${trap}\n`);
    const sandbox = realSandbox(cwd, { mode: "danger-full-access" }, { path });
    const context = makeContext(cwd, { sandbox });
    await call("search", { pattern: "foo" }, context);
    await call("search", { glob: "*.ts" }, context);
    expect(Object.keys(readTree(cwd)).filter((name) => name.startsWith("sprung"))).toEqual([]);
  });
});

describe("what stands in the way", () => {
  const cwd = makeFolder(FILES);
  test.each([
    [{ pattern: "foo", path: "scr" }, "scr does not exist; in this directory there is src"],
    [
      { pattern: "foo", path: "nowhere/at/all" },
      "nowhere/at/all does not exist, nor does the directory nowhere/at",
    ],
    [{ pattern: "foo", path: "/dev/null" }, "/dev/null can't be searched: not a regular file"],
    [{ pattern: "foo", glob: "x".repeat(501) }, "`glob` can't be read; write it like src/**/*.ts"],
  ])("%j", async (args, message) => {
    const { output, outcome } = await call("search", args, makeContext(makeFolder(FILES)));
    expect([output, outcome]).toEqual([message, { kind: "failed", message }]);
  });

  test.each([
    [{ pattern: "a\0b" }, "`pattern` contains a NUL character"],
    [{ pattern: "a", path: "a\0b" }, "`path` contains a NUL character"],
  ])("%j", (args, reason) => {
    const prepared = prepare("search", args, makeContext(cwd));
    expect(prepared.kind === "invalid" && prepared.output.split("\n")[0]).toBe(
      `failed to parse function arguments: ${reason}`,
    );
  });

  test("no sandbox: the turn goes on", async () => {
    const folder = makeFolder();
    const sandbox = realSandbox(folder, { mode: "read-only" }, { path: "/nonexistent" });
    const message = "nothing was searched: there is no sandbox that works. Read files with read_file.";
    expect(await call("search", { pattern: "x" }, makeContext(folder, { sandbox }))).toEqual({
      output: message,
      outcome: { kind: "failed", message },
    });
  });
});

describe("under other names", () => {
  const context = makeContext("/work");
  test.each<[string, Record<string, unknown>, object]>([
    ["grep", { pattern: "x", path: "." }, { pattern: "x" }],
    ["ripgrep", { query: "x", include: "*.ts" }, { pattern: "x", glob: "*.ts" }],
    [
      "search_files",
      { path: "src", regex: "x", file_pattern: "*.ts" },
      { pattern: "x", path: "src", glob: "*.ts" },
    ],
    [
      "grep_files",
      { pattern: "x", include: "*.ts", path: "/etc" },
      { pattern: "x", path: "/etc", glob: "*.ts" },
    ],
    ["search_file_content", { pattern: "x" }, { pattern: "x" }],
    ["grep_search", { query: "x", include_pattern: "*.c" }, { pattern: "x", glob: "*.c" }],
    ["glob", { pattern: "**/*.ts" }, { glob: "**/*.ts" }],
    ["find_files", { pattern: "parser" }, { glob: "*parser*" }],
    ["file_search", { query: "src/*.ts" }, { glob: "src/*.ts" }],
    ["list_files", { path: "src", recursive: true }, { path: "src" }],
    ["search", {}, {}],
    ["search", { pattern: "", glob: "" }, {}],
  ])("%s %j", (name, args, action) => {
    const prepared = prepare(name, args, context);
    expect([prepared.action, prepared.kind === "ready" && prepared.effect]).toEqual([
      { kind: "search", ...action },
      { kind: "none" },
    ]);
  });
});

test.each<[string, readonly string[] | undefined]>([
  ["*.ts", ["*.ts"]],
  ["./src/*.ts", ["*.ts"]],
  ["src/**/*.ts", ["**/*.ts"]],
  ["/work/src/*.ts", ["*.ts"]],
  ["/other/*.ts", ["other/*.ts"]],
  ["*.{ts,tsx}", ["*.ts", "*.tsx"]],
  ["{a,b}/{c,d}", ["a/c", "a/d", "b/c", "b/d"]],
  ["{a,{b,c}}", ["a", "b", "c"]],
  ["!*.{a,b}", ["!*.a", "!*.b"]],
  ["{", ["{"]],
  ["{}", undefined],
  ["a\0", undefined],
  ["!", undefined],
])("globs of %s", (glob, globs) => {
  expect(readGlobs(glob, { absolute: "/work/src", shown: "src" })).toEqual(globs);
});

test("a glob of many braces stays small", () => {
  expect(readGlobs("{a,b}".repeat(50), { absolute: "/w", shown: "." })?.length).toBeLessThan(64);
});
