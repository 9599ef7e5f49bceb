import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createTurnSnapshots, type HistoryEntry, listHistory, undo } from "../../src/undo/index.ts";
import { writeFiles } from "../support/temp-folder.ts";
import { begin, noGit, redo, tree, turn, undoLast, type Workspace, workspace } from "./support.ts";

const never = new AbortController().signal;

async function entries({ place }: Workspace): Promise<readonly HistoryEntry[]> {
  const history = await listHistory(place, never);
  if (history.kind !== "entries") {
    throw new Error(JSON.stringify(history));
  }
  return history.entries;
}

/** Only what tells one entry from another. */
async function titles(space: Workspace): Promise<string[]> {
  return (await entries(space)).map(
    ({ kind, prompt, isUndone }) => `${kind} ${prompt}${isUndone ? " (undone)" : ""}`,
  );
}

function undoNumber({ place }: Workspace, number: number, force = false) {
  return undo(place, { choice: { kind: "number", number }, force, signal: never });
}

describe.skipIf(noGit)("one turn after the other", () => {
  test("undo goes back, redo comes forward, a new turn starts from there", async () => {
    const space = workspace({ a: "0" });
    for (const step of ["1", "2", "3"]) {
      await turn(space, (root) => writeFiles(root, { a: step, [`f${step}`]: step }), `step ${step}`);
    }
    const seen: string[] = [];
    const look = () => seen.push(Object.values(tree(space.root)).join(""));
    for (const move of [undoLast, undoLast, redo, redo, undoLast, undoLast, undoLast]) {
      await move(space);
      look();
    }
    expect(seen).toEqual(["212", "11", "212", "3123", "212", "11", "0"]);
    expect(await undoLast(space)).toEqual({ kind: "nothing" });
    await redo(space);
    await turn(space, (root) => writeFiles(root, { a: "new" }), "new");
    await undoLast(space);
    expect(tree(space.root)).toEqual({ a: "1", f1: "1" });
    expect(await titles(space)).toEqual([
      "undo new",
      "turn new (undone)",
      "redo step 1",
      "undo step 1 (undone)",
      "undo step 2",
      "undo step 3",
      "redo step 3 (undone)",
      "redo step 2 (undone)",
      "undo step 2",
      "undo step 3",
      "turn step 3 (undone)",
      "turn step 2 (undone)",
      "turn step 1",
    ]);
  });

  test("one entry alone, by its number", async () => {
    const space = workspace({ a: "0", b: "0" });
    await turn(space, (root) => writeFiles(root, { a: "1" }), "first");
    await turn(space, (root) => writeFiles(root, { b: "1" }), "second");
    expect(await undoNumber(space, 2)).toMatchObject({ kind: "done", entry: { prompt: "first" } });
    expect(tree(space.root)).toEqual({ a: "0", b: "1" });
    expect(await undoNumber(space, 4)).toEqual({ kind: "no-such-entry", entries: 3 });
  });

  test("the list", async () => {
    const space = workspace({ a: "0", b: "0" });
    const startedMs = Date.now();
    await turn(
      space,
      (root) => {
        writeFiles(root, { a: "1", c: "1" });
        rmSync(join(root, "b"));
      },
      `  fix\n\n the ${"long ".repeat(100)}`,
    );
    const [entry, ...others] = await entries(space);
    expect(others).toEqual([]);
    expect(entry).toEqual({
      number: 1,
      kind: "turn",
      isUndone: false,
      startedAtMs: expect.any(Number),
      prompt: `fix the ${"long ".repeat(100)}`.slice(0, 200),
      counts: { created: 1, modified: 1, deleted: 1 },
      notKept: [],
      isUncertain: false,
    });
    expect(entry?.startedAtMs).toBeGreaterThanOrEqual(startedMs);
  });

  test("looking at what was never used makes no store", async () => {
    const space = workspace({ a: "0" });
    expect(await entries(space)).toEqual([]);
    expect(await undoLast(space)).toEqual({ kind: "nothing" });
    expect(tree(space.home)).toEqual({});
  });

  test("the store is for its owner only", async () => {
    const space = workspace({ a: "0" });
    await turn(space, (root) => writeFiles(root, { a: "1" }));
    const undoFolder = join(space.home, "leat/undo");
    const [name = ""] = readdirSync(undoFolder);
    expect(name).toMatch(/^project-[0-9a-f]{16}$/);
    expect(statSync(join(undoFolder, name)).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(undoFolder, name, "tmp"))).toEqual([]);
    expect(readdirSync(join(undoFolder, name, "open"))).toEqual([]);
  });
});

describe.skipIf(noGit)("a file that was changed after the turn", () => {
  test("is kept and named; --force restores it, and can be undone", async () => {
    const space = workspace({ a: "0", b: "0", gone: "0" });
    await turn(space, (root) => {
      writeFiles(root, { a: "1", b: "1", made: "1" });
      rmSync(join(root, "gone"));
    });
    writeFiles(space.root, { a: "mine", made: "mine", gone: "mine" });
    const mine = tree(space.root);
    expect(await undoLast(space)).toMatchObject({
      kind: "done",
      restored: [{ path: "b", what: "modified" }],
      kept: ["a", "gone", "made"],
    });
    expect(tree(space.root)).toEqual({ ...mine, b: "0" });
    expect(await undoLast(space, true)).toMatchObject({
      kind: "done",
      restored: [
        { path: "made", what: "removed" },
        { path: "a", what: "modified" },
        { path: "gone", what: "modified" },
      ],
      kept: [],
    });
    expect(tree(space.root)).toEqual({ a: "0", b: "0", gone: "0" });
    await redo(space);
    expect(tree(space.root)).toEqual({ ...mine, b: "0" });
    await redo(space);
    expect(tree(space.root)).toEqual(mine);
  });

  test("if nothing can be restored the turn stays the last one", async () => {
    const space = workspace({ a: "0" });
    await turn(space, (root) => writeFiles(root, { a: "1" }));
    writeFiles(space.root, { a: "mine" });
    for (let times = 0; times < 2; times += 1) {
      expect(await undoLast(space)).toMatchObject({ kind: "done", restored: [], kept: ["a"] });
    }
    expect(await titles(space)).toEqual(["turn do it"]);
    await undoLast(space, true);
    expect(tree(space.root)).toEqual({ a: "0" });
  });

  test("made as it was by hand: nothing is left to do, and the next undo goes further back", async () => {
    const space = workspace({ a: "0" });
    await turn(space, (root) => writeFiles(root, { a: "1" }));
    await turn(space, (root) => writeFiles(root, { a: "2" }));
    writeFiles(space.root, { a: "1" });
    expect(await undoLast(space)).toMatchObject({ kind: "done", restored: [], unchanged: 1, kept: [] });
    await undoLast(space);
    expect(tree(space.root)).toEqual({ a: "0" });
  });

  test("a folder of the user's in its place is not emptied, even by --force", async () => {
    const space = workspace({ a: "0" });
    await turn(space, (root) => rmSync(join(root, "a")));
    writeFiles(space.root, { "a/mine": "mine" });
    expect(await undoLast(space, true)).toMatchObject({
      restored: [],
      failed: [{ path: "a", failure: { kind: "folder-in-place" } }],
    });
    expect(tree(space.root)).toEqual({ "a/mine": "mine" });
  });

  test("once the reason of a failure is gone, --force is for what is left", async () => {
    const space = workspace({ a: "0", b: "0" });
    await turn(space, (root) => {
      rmSync(join(root, "a"));
      writeFiles(root, { b: "1" });
    });
    writeFiles(space.root, { "a/mine": "mine" });
    expect(await undoLast(space, true)).toMatchObject({
      restored: [{ path: "b", what: "modified" }],
      failed: [{ path: "a" }],
    });
    rmSync(join(space.root, "a"), { recursive: true });
    expect(await undoLast(space, true)).toMatchObject({
      restored: [{ path: "a", what: "brought-back" }],
      failed: [],
    });
    expect(tree(space.root)).toEqual({ a: "0", b: "0" });
  });

  test.skipIf(process.getuid?.() === 0)(
    "a folder that may not be written to: the rest is restored (root may write anywhere)",
    async () => {
      const space = workspace({ "locked/a": "0", b: "0" });
      await turn(space, (root) => writeFiles(root, { "locked/a": "1", b: "1" }));
      chmodSync(join(space.root, "locked"), 0o555);
      const result = await undoLast(space);
      chmodSync(join(space.root, "locked"), 0o755);
      expect(result).toMatchObject({
        restored: [{ path: "b", what: "modified" }],
        failed: [{ path: "locked/a", failure: { kind: "system", detail: "EACCES" } }],
      });
    },
  );

  test("what was kept is lost: it is said, and the rest is restored", async () => {
    const space = workspace({ a: "first old content", b: "second old content", c: "third" });
    await turn(space, (root) => writeFiles(root, { a: "1", b: "1", c: "1" }));
    const [name = ""] = readdirSync(join(space.home, "leat/undo"));
    const { a = "", b = "" } = recordedOids(space);
    const fileOf = (oid: string) =>
      join(space.home, "leat/undo", name, "objects", oid.slice(0, 2), oid.slice(2));
    rmSync(fileOf(a));
    chmodSync(fileOf(b), 0o644);
    writeFileSync(fileOf(b), "no object");
    expect(await undoLast(space)).toMatchObject({
      restored: [{ path: "c", what: "modified" }],
      failed: [
        { path: "a", failure: { kind: "content-missing" } },
        { path: "b", failure: { kind: "content-missing" } },
      ],
    });
    expect(tree(space.root)).toEqual({ a: "1", b: "1", c: "third" });
  });
});

/** By path, what the one record says of the time before. */
function recordedOids({ home }: Workspace): Record<string, string> {
  const [name = ""] = readdirSync(join(home, "leat/undo"));
  const folder = join(home, "leat/undo", name, "records");
  const [file = ""] = readdirSync(folder);
  const record = JSON.parse(readFileSync(join(folder, file), "utf8"));
  return Object.fromEntries(
    record.changes.map(({ path, before }: { path: string; before: { oid: string } }) => [path, before.oid]),
  );
}

describe.skipIf(noGit)("turns that did not end well", () => {
  /** As a leat that is killed in the middle of a turn leaves it: the process that began it is gone. */
  async function killed(space: Workspace, work: (root: string) => void): Promise<void> {
    expect(await begin(space, "killed")).toEqual({ kind: "taken" });
    work(space.root);
    const child = spawn("true");
    const [name = ""] = readdirSync(join(space.home, "leat/undo"));
    const open = join(space.home, "leat/undo", name, "open");
    const [id = ""] = readdirSync(open);
    const file = join(open, id, "turn.json");
    await new Promise((resolve) => child.on("close", resolve));
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), pid: child.pid }));
  }

  test("nothing is restored without --force, since the user's own changes are among them", async () => {
    const space = workspace({ a: "0", mine: "0" });
    await killed(space, (root) => writeFiles(root, { a: "1", made: "1" }));
    writeFiles(space.root, { mine: "mine" });
    expect(await undoLast(space)).toMatchObject({
      kind: "done",
      entry: { isUncertain: true },
      restored: [],
      kept: ["a", "made", "mine"],
    });
    const changed = tree(space.root);
    await undoLast(space, true);
    expect(tree(space.root)).toEqual({ a: "0", mine: "0" });
    await redo(space);
    expect(tree(space.root)).toEqual(changed);
  });

  test("the next turn closes it, so that changes after that are not in it", async () => {
    const space = workspace({ a: "0", b: "0" });
    await killed(space, (root) => writeFiles(root, { a: "1" }));
    const next = { ...space, snapshots: createTurnSnapshots(space.place) };
    await turn(next, (root) => writeFiles(root, { b: "1" }), "next");
    expect(await titles(space)).toEqual(["turn next", "turn killed"]);
    await undoLast(space);
    expect(await undoLast(space)).toMatchObject({ restored: [], kept: ["a"] });
  });

  test("an undo is refused while a turn is under way", async () => {
    const space = workspace({ a: "0" });
    await turn(space, (root) => writeFiles(root, { a: "1" }));
    await begin(space);
    expect(await undoLast(space)).toEqual({ kind: "running", pid: process.pid });
    await space.snapshots.after();
    expect(await undoLast(space)).toMatchObject({ kind: "done" });
  });

  test("two sessions at once: each has its turn", async () => {
    const one = workspace({ a: "0", b: "0" });
    const two = { ...one, snapshots: createTurnSnapshots(one.place) };
    expect(await Promise.all([begin(one, "one"), begin(two, "two")])).toEqual([
      { kind: "taken" },
      { kind: "taken" },
    ]);
    writeFiles(one.root, { a: "1" });
    await one.snapshots.after();
    writeFiles(one.root, { b: "1" });
    await two.snapshots.after();
    expect((await titles(one)).sort()).toEqual(["turn one", "turn two"]);
    mkdirSync(join(one.root, "later"));
    await undoLast(one);
    await undoLast(one);
    expect(tree(one.root)).toEqual({ a: "0", b: "0", "later/": "" });
  });
});
