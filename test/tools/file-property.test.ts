import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Sandbox } from "../../src/sandbox/index.ts";
import type { ToolResult } from "../../src/tools/index.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { snapshotTree } from "../support/tree.ts";
import { call, makeContext, makeFolder } from "./support.ts";

/**
 * Random edits, writes and patches, many of them wrong, and some met by a refusal or by somebody else's hand in the
 * middle. Whatever fails leaves the tree as it was, to the byte, the mode and the link; whatever succeeds leaves no
 * temporary file, no other mode and no link replaced.
 */
const ROUNDS = 20;
const CALLS_A_ROUND = 50;

test("after any failure the tree is what it was", { timeout: 60_000 }, async () => {
  const tally = { changed: 0, failed: 0, undone: 0, refused: 0, thrown: 0, disturbed: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const random = seededRandom(round);
    const cwd = makeFolder();
    plant(cwd, random);
    for (let index = 0; index < CALLS_A_ROUND; index += 1) {
      const before = snapshotTree(cwd);
      const { context, trouble } = troubled(cwd, random);
      const [name, args] = randomCall(cwd, random);
      const where = `round ${round}, call ${index}: ${name} ${JSON.stringify(args)}`;
      const result = await call(name, args, context).catch((): undefined => {});
      const after = snapshotTree(cwd);
      if (result?.outcome.kind === "files-changed") {
        tally.changed += 1;
        expect([where, broken(trouble.tree ?? before, after, args)]).toEqual([where, []]);
      } else {
        count(tally, result, trouble.kind);
        expect([where, after]).toEqual([where, trouble.tree ?? before]);
      }
      if (Object.keys(after).length < 4 || trouble.tree !== undefined) {
        rmSync(cwd, { recursive: true });
        mkdirSync(cwd);
        plant(cwd, random);
      }
    }
    rmSync(cwd, { recursive: true });
    mkdirSync(cwd);
  }
  // Each of the ways to fail has been gone often.
  expect(Object.entries(tally).filter(([, times]) => times < 10)).toEqual([]);
});

type Random = () => number;

function pick<const T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(random() * choices.length)] ?? choices[0];
}

const PATHS = [
  "a.txt",
  "b.sh",
  "c.txt",
  "d/e.txt",
  "d/f/g.txt",
  "new.txt",
  "a.txt",
  "b.sh",
  "c.txt",
  "d/e.txt",
  "d/f/g.txt",
  "link",
  "linked/e.txt",
  "new.txt",
  "n/e/w.txt",
  "d",
  "a.txt/x",
  "broken",
  "bin",
] as const;

const LINES = ["one", "  two", "\tthree()", "say(“four”)", "five  5", "", "}", "six", "x = 10"] as const;

function plant(cwd: string, random: Random): void {
  mkdirSync(join(cwd, "d/f"), { recursive: true });
  for (const name of ["a.txt", "b.sh", "c.txt", "d/e.txt", "d/f/g.txt"]) {
    writeFileSync(join(cwd, name), randomText(random));
  }
  writeFileSync(join(cwd, "bin"), "\0\x01");
  chmodSync(join(cwd, "b.sh"), 0o751);
  chmodSync(join(cwd, "c.txt"), 0o600);
  symlinkSync("d/e.txt", join(cwd, "link"));
  symlinkSync("d", join(cwd, "linked"));
  symlinkSync("nowhere", join(cwd, "broken"));
}

function randomText(random: Random): string {
  const lines = Array.from({ length: Math.floor(random() * 8) }, () => pick(random, LINES));
  const ending = pick(random, ["\n", "\n", "\r\n"]);
  return pick(random, ["", "", "\ufeff"]) + lines.join(ending) + pick(random, ["", ending]);
}

function randomCall(cwd: string, random: Random): [string, Record<string, unknown>] {
  switch (pick(random, ["edit", "edit", "write", "patch", "patch", "patch"])) {
    case "edit": {
      const path = pick(random, PATHS);
      const lines = someLines(cwd, path, random);
      const old = spoil(lines, random).join("\n");
      return [
        "edit_file",
        {
          path,
          old_text: old,
          new_text: pick(random, ["", old.replace(/\w/, "Z"), `${old}\nmore`, "else"]),
          replace_all: random() < 0.2,
        },
      ];
    }
    case "write":
      return ["write_file", { path: pick(random, PATHS), content: randomText(random) }];
    case "patch":
      return ["apply_patch", { input: randomPatch(cwd, random) }];
  }
}

function randomPatch(cwd: string, random: Random): string {
  const hunks = Array.from({ length: 1 + Math.floor(random() * 3) }, () => randomHunk(cwd, random));
  const end = pick(random, ["*** End Patch", "*** End Patch", "*** End Patch", "*** End Patch", ""]);
  return ["*** Begin Patch", ...hunks.flat(), end].join("\n");
}

function randomHunk(cwd: string, random: Random): string[] {
  const path = pick(random, PATHS);
  const kind = pick(random, ["add", "delete", "update", "update", "move"]);
  switch (kind) {
    case "add":
      return [
        `*** Add File: ${path}`,
        ...randomText(random)
          .split("\n")
          .map((line) => `+${line}`),
      ];
    case "delete":
      return [`*** Delete File: ${path}`];
    case "update":
      return [`*** Update File: ${path}`, ...randomChunk(cwd, path, random)];
    case "move":
      return [
        `*** Update File: ${path}`,
        `*** Move to: ${pick(random, PATHS)}`,
        ...randomChunk(cwd, path, random),
      ];
    default:
      return kind satisfies never;
  }
}

function randomChunk(cwd: string, path: string, random: Random): string[] {
  const lines = spoil(someLines(cwd, path, random), random);
  const signs = lines.map((line) => `${pick(random, [" ", "-"])}${line}`);
  return ["@@", ...signs, pick(random, ["+added", "+", "+more", "+x", "no sign"])];
}

/** Some that are in the file, if it is one. */
function someLines(cwd: string, path: string, random: Random): string[] {
  let text = "";
  try {
    text = readFileSync(join(cwd, path), "utf8");
  } catch {}
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  const from = Math.floor(random() * lines.length);
  return lines.slice(from, from + 1 + Math.floor(random() * 3));
}

/** As models copy: other space, other quotes, and now and then another text. */
function spoil(lines: string[], random: Random): string[] {
  switch (pick(random, ["as it is", "as it is", "space", "quotes", "text"])) {
    case "space":
      return lines.map((line) => line.trim().replace(/\s+/g, " "));
    case "quotes":
      return lines.map((line) => line.replace(/[“”]/g, '"'));
    case "text":
      return [...lines, "not there"];
    default:
      return lines;
  }
}

interface Trouble {
  kind: "none" | "refused" | "thrown" | "disturbed";
  /** The tree after somebody else has been at it. */
  tree?: Record<string, string>;
}

/** A refusal, an error or somebody else's hand, at one of the questions for the right to write. */
function troubled(cwd: string, random: Random) {
  const context = makeContext(cwd);
  const trouble: Trouble = { kind: "none" };
  const wanted = pick<Trouble["kind"]>(random, [
    "none",
    "none",
    "refused",
    "thrown",
    "disturbed",
    "disturbed",
  ]);
  let left = Math.floor(random() * 5);
  const checkWrite: Sandbox["checkWrite"] = (path) => {
    left -= 1;
    if (left !== -1 || wanted === "none") {
      return { allowed: true };
    }
    trouble.kind = wanted;
    if (wanted === "refused") {
      return { allowed: false, reason: "outside" };
    }
    if (wanted === "thrown") {
      throw new Error("the disk is gone");
    }
    disturb(cwd, path, random);
    trouble.tree = snapshotTree(cwd);
    return { allowed: true };
  };
  const sandbox: Sandbox = {
    ...context.sandbox,
    checkWrite,
    get unconfined() {
      return sandbox;
    },
  };
  return { context: { ...context, sandbox }, trouble };
}

/** A folder, another file or nothing where the path was. */
function disturb(cwd: string, path: string, random: Random): void {
  const victim = random() < 0.7 ? path : join(cwd, pick(random, ["a.txt", "d/e.txt", "c.txt"]));
  try {
    rmSync(victim, { force: true, recursive: true });
    switch (pick(random, ["folder", "file", "nothing"])) {
      case "folder":
        mkdirSync(victim);
        break;
      case "file":
        writeFileSync(victim, "somebody else's\n");
        break;
      case "nothing":
        break;
    }
  } catch {
    // Its parent is a file, say: then nothing is disturbed.
  }
}

function count(
  tally: Record<"failed" | "undone" | "refused" | "thrown" | "disturbed", number>,
  result: ToolResult | undefined,
  kind: Trouble["kind"],
): void {
  tally.failed += 1;
  if (kind !== "none") {
    tally[kind] += 1;
  }
  tally.undone += result?.output.includes("(earlier changes were undone)") === true ? 1 : 0;
}

/** What a success must not do: leave a temporary file, change a mode, put a file in a link's place. */
function broken(
  before: Record<string, string>,
  after: Record<string, string>,
  args: Record<string, unknown>,
): string[] {
  // A file that another is moved onto has that one's mode.
  const mayHaveOtherMode = String(args["input"]).includes("*** Move to: ");
  const kind = (entry: string) => /^(?:file \d+|folder \d+|link to .*)/.exec(entry)?.[0] ?? entry;
  return Object.entries(after).flatMap(([name, entry]) => {
    const was = before[name];
    const isOther = was !== undefined && kind(was) !== kind(entry) && !mayHaveOtherMode;
    return name.endsWith(".tmp") || isOther ? [`${name}: ${was} → ${entry}`] : [];
  });
}
