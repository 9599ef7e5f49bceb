import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type LineFile, openLogFile } from "../../src/home/index.ts";
import { temporaryFolder } from "./support.ts";

function opened(home: string, maxBytes?: number): LineFile {
  const log = openLogFile(home, maxBytes);
  if (!log.ok) {
    throw new Error(log.reason);
  }
  onTestFinished(() => log.file.close());
  return log.file;
}

function modeOf(path: string): string {
  return (lstatSync(path).mode & 0o777).toString(8);
}

/** Name to content, of all that lies in the folder. */
function contents(home: string): Record<string, string> {
  const names = readdirSync(join(home, "log")).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(home, "log", name), "utf8")]));
}

test("a home that is not there is made; folder and file are the user's alone", () => {
  const home = join(temporaryFolder(), "new");
  const file = opened(home);
  expect(file.append("one\n")).toBeUndefined();
  expect(file.append("two\n")).toBeUndefined();
  expect([modeOf(join(home, "log")), modeOf(file.path), contents(home)]).toEqual([
    "700",
    "600",
    { "leat.log": "one\ntwo\n" },
  ]);
});

test("a file that others could read is closed to them, and gone on with", () => {
  const home = temporaryFolder();
  const path = join(home, "log", "leat.log");
  mkdirSync(join(home, "log"));
  writeFileSync(path, "old\n");
  chmodSync(path, 0o666);
  opened(home).append("new\n");
  expect([modeOf(path), contents(home)]).toEqual(["600", { "leat.log": "old\nnew\n" }]);
});

test("it is put away when it is full; of the old ones the last is kept", () => {
  const home = temporaryFolder();
  const file = opened(home, 10);
  for (const line of ["1111\n", "2222\n", "3333\n", "4444\n", "5555\n"]) {
    expect(file.append(line)).toBeUndefined();
  }
  expect(contents(home)).toEqual({ "leat.log": "5555\n", "leat.log.1": "3333\n4444\n" });
  expect(modeOf(file.path)).toBe("600");
});

test("two at a time lose nothing when one of them puts the file away", () => {
  const home = temporaryFolder();
  const [one, other] = [opened(home, 10), opened(home, 10)];
  one.append("1111\n");
  other.append("2222\n");
  one.append("3333\n");
  other.append("4444\n");
  expect(contents(home)).toEqual({ "leat.log": "3333\n4444\n", "leat.log.1": "1111\n2222\n" });
});

test.each<{ what: string; prepare: (folder: string) => void; reason: RegExp }>([
  {
    what: "a link",
    prepare: (folder) => symlinkSync(join(folder, "..", "target"), join(folder, "leat.log")),
    reason: /ELOOP/,
  },
  {
    what: "a pipe that nobody reads",
    prepare: (folder) => execFileSync("mkfifo", [join(folder, "leat.log")]),
    reason: /ENXIO/,
  },
  {
    what: "a folder",
    prepare: (folder) => mkdirSync(join(folder, "leat.log")),
    reason: /EISDIR/,
  },
  {
    what: "a file in place of the folder",
    prepare: (folder) => {
      rmSync(folder, { recursive: true });
      writeFileSync(folder, "");
    },
    reason: /ENOTDIR/,
  },
])("$what is not written to", ({ prepare, reason }) => {
  const home = temporaryFolder();
  mkdirSync(join(home, "log"));
  prepare(join(home, "log"));
  expect(openLogFile(home)).toEqual({
    ok: false,
    path: join(home, "log", "leat.log"),
    reason: expect.stringMatching(reason),
  });
});

test("a file that can't be begun anew is a reason, not an exception", () => {
  const home = temporaryFolder();
  const file = opened(home, 10);
  file.append("1111\n2222\n");
  rmSync(join(home, "log"), { recursive: true });
  expect(file.append("3333\n")).toMatch(/ENOENT/);
});
