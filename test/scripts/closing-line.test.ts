import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const repository = resolve(import.meta.dirname, "../..");
let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "leat-closing-"));
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  mkdirSync(join(root, "test"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const cases: { name: string; tests: string; exitCode: number; end: string[] }[] = [
  {
    name: "all pass",
    tests: `test("a", () => {});\ntest("b", () => {});`,
    exitCode: 0,
    end: ["2 passed, 0 failed"],
  },
  {
    name: "one fails",
    tests: `test("a", () => { throw new Error(); });`,
    exitCode: 1,
    end: ["0 passed, 1 failed"],
  },
  { name: "a file does not load", tests: `import "./missing.ts";`, exitCode: 1, end: ["0 passed, 1 failed"] },
  {
    name: "an error outside any test",
    tests: `test("a", () => { setTimeout(() => { throw new Error("late"); }, 0); });\ntest("b", () => new Promise((done) => setTimeout(done, 50)));`,
    exitCode: 1,
    end: ["2 passed, 1 failed"],
  },
  {
    name: "skips and their reasons",
    tests: `test("a", (context) => context.skip("no bubblewrap"));
test.skip("b (needs macOS)", () => {});
test.todo("c");
test("d", () => {});`,
    exitCode: 0,
    end: [
      "skipped: test/sample.test.ts > a: no bubblewrap",
      "skipped: test/sample.test.ts > b (needs macOS): its name says why",
      "skipped: test/sample.test.ts > c: not written yet",
      "1 passed, 0 failed, 3 skipped",
    ],
  },
  {
    name: "a hook fails",
    tests: `describe("suite", () => { beforeAll(() => { throw new Error(); }); test("a", () => {}); });`,
    exitCode: 1,
    end: [
      "skipped: test/sample.test.ts > suite > a: a hook of its suite failed",
      "0 passed, 1 failed, 1 skipped",
    ],
  },
];

test.each(cases)("$name", ({ tests, exitCode, end }) => {
  writeFileSync(
    join(root, "test/sample.test.ts"),
    `import { beforeAll, describe, test } from "vitest";\n${tests}\nvoid [beforeAll, describe, test];\n`,
  );
  const vitest = join(repository, "node_modules/vitest/vitest.mjs");
  const reporter = join(repository, "scripts/closing-line-reporter.mjs");
  const args = [vitest, "run", "--root", root, "--reporter=default", `--reporter=${reporter}`];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  const lines = stdout.trimEnd().split("\n");
  expect({ status, end: lines.slice(-end.length) }).toEqual({ status: exitCode, end });
});
