import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createTurnSnapshots, type UndoPlace } from "../../src/undo/index.ts";
import { tempFolder, writeFiles } from "../support/temp-folder.ts";
import { begin, noGit, tree, turn, undoLast, type Workspace, workspace } from "./support.ts";

function storeOf({ home }: Workspace): string {
  const [name = ""] = readdirSync(join(home, "leat/undo"));
  return join(home, "leat/undo", name);
}

/** Runs everything, but tells git's calls apart by their words. */
function withRun(space: Workspace, answer: (words: string) => "run" | "time-out" | "no-space"): Workspace {
  const run: UndoPlace["run"] = async (argv, options) => {
    const words = argv.join(" ");
    switch (answer(words)) {
      case "run":
        return await space.place.run(argv, options);
      case "time-out":
        return { kind: "exited", exitCode: 124, timedOut: true, output: { text: "" } };
      case "no-space": {
        const text =
          "error: unable to write file objects/xx: No space left on device\nfatal: Unable to process path a\n";
        return { kind: "exited", exitCode: 128, timedOut: false, output: { text } };
      }
    }
  };
  const place = { ...space.place, run };
  return { ...space, place, snapshots: createTurnSnapshots(place) };
}

describe("no snapshot, with a word", () => {
  test("git is not installed", async () => {
    const space = workspace({ a: "a" }, { env: { PATH: tempFolder() } });
    for (let calls = 0; calls < 2; calls += 1) {
      expect(await begin(space)).toEqual({ kind: "skipped", reason: { kind: "git-missing" } });
    }
    expect(await space.snapshots.after()).toEqual({ kind: "nothing" });
    expect(tree(space.home)).toEqual({});
  });

  test.skipIf(noGit)("a git that the model can have put there is none", async () => {
    const space = workspace({ "node_modules/.bin/git": "#!/bin/sh\ntouch ran\n", a: "a" });
    const shared = tempFolder();
    for (const folder of [join(space.root, "node_modules/.bin"), shared]) {
      execFileSync("cp", [join(space.root, "node_modules/.bin/git"), folder, "-n"]);
      chmodSync(join(folder, "git"), 0o755);
    }
    const path = `.:node_modules/.bin::${join(space.root, "node_modules/.bin")}:${shared}`;
    const trusted = workspace({}, { ...space.place, writableFolders: [shared], env: { PATH: path } });
    expect(await begin(trusted)).toEqual({ kind: "skipped", reason: { kind: "git-missing" } });
    const both = { PATH: `${path}:${process.env["PATH"]}` };
    const mixed = workspace({}, { ...space.place, writableFolders: [shared], env: both });
    expect(await begin(mixed)).toEqual({ kind: "taken" });
    expect(existsSync(join(space.root, "ran"))).toBe(false);
  });

  test("the user's home, and what lies above it", async () => {
    const { place } = workspace();
    for (const root of [place.userHome, join(place.userHome, ".."), "/"]) {
      expect(await begin(workspace({}, { ...place, root }))).toEqual({
        kind: "skipped",
        reason: { kind: "too-broad", root },
      });
    }
  });

  test.skipIf(noGit)("the store can't be written", async () => {
    const space = workspace({ a: "a" });
    writeFileSync(join(space.home, "leat"), "a file in its place");
    expect(await begin(space)).toMatchObject({ kind: "skipped", reason: { kind: "failed" } });
  });

  test.skipIf(noGit)("interrupted", async () => {
    const space = workspace({ a: "a" });
    const start = await space.snapshots.before({ prompt: "", signal: AbortSignal.abort() });
    expect(start).toEqual({ kind: "skipped", reason: { kind: "interrupted" } });
  });

  test.skipIf(noGit)("the disk is full", async () => {
    const space = withRun(workspace({ a: "a" }), (words) => (words.includes("--add") ? "no-space" : "run"));
    expect(await begin(space)).toEqual({
      kind: "skipped",
      reason: { kind: "failed", detail: "error: unable to write file objects/xx: No space left on device" },
    });
  });
});

describe.skipIf(noGit)("a workspace that is too much", () => {
  test("what was taken in time is not taken again", async () => {
    const space = workspace();
    for (const name of ["a", "b", "c", "d", "e"]) {
      writeFileSync(join(space.root, name), "");
      // Two of them fill a batch.
      truncateSync(join(space.root, name), 9 * 2 ** 20);
    }
    let batches = 0;
    const slow = withRun(space, (words) => {
      batches += words.includes("--add") ? 1 : 0;
      return words.includes("--add") && batches > 1 ? "time-out" : "run";
    });
    expect(await begin(slow)).toEqual({
      kind: "skipped",
      reason: { kind: "too-slow", takenFiles: 2, totalFiles: 5 },
    });
    expect(await slow.snapshots.after()).toEqual({ kind: "nothing" });
    batches = 0;
    expect(await begin(slow)).toEqual({
      kind: "skipped",
      reason: { kind: "too-slow", takenFiles: 2, totalFiles: 3 },
    });
    expect(await turn(space, (root) => rmSync(join(root, "a")))).toMatchObject({
      kind: "recorded",
      counts: { created: 0, modified: 0, deleted: 1 },
    });
  });

  test("a listing that takes too long is tried twice, then not again for a day", async () => {
    const space = workspace({ a: "a" });
    let listings = 0;
    const slow = withRun(space, (words) => {
      listings += words.includes("--others --exclude-standard") ? 1 : 0;
      return words.includes("--others") ? "time-out" : "run";
    });
    for (let turns = 0; turns < 4; turns += 1) {
      expect(await begin(slow)).toEqual({ kind: "skipped", reason: { kind: "too-slow" } });
      await slow.snapshots.after();
    }
    expect(listings).toBe(2);
    const state = join(storeOf(space), "state.json");
    writeFileSync(state, JSON.stringify({ pausedUntilMs: Date.now() - 1, pausedFor: { kind: "too-slow" } }));
    expect(await turn(space, (root) => writeFiles(root, { a: "t" }))).toMatchObject({ kind: "recorded" });
  });

  test("more than a gigabyte", async () => {
    const space = workspace({ a: "a" });
    mkdirSync(join(space.root, "data"));
    for (let index = 0; index < 110; index += 1) {
      writeFileSync(join(space.root, `data/${index}`), "");
      // Without blocks on the disk.
      truncateSync(join(space.root, `data/${index}`), 10 * 2 ** 20);
    }
    const expected = {
      kind: "skipped",
      reason: { kind: "too-large", files: 111, bytes: 110 * 10 * 2 ** 20 + 1 },
    };
    expect(await begin(space)).toEqual(expected);
    await space.snapshots.after();
    rmSync(join(space.root, "data"), { recursive: true });
    // Remembered for a day.
    expect(await begin(space)).toEqual(expected);
  });
});

describe.skipIf(noGit)("large files", () => {
  test("one that was there is left out, and named if the turn changes it", async () => {
    const space = workspace({ a: "a" });
    const large = ["same", "changed", "deleted"];
    for (const name of large) {
      writeFileSync(join(space.root, name), "");
      truncateSync(join(space.root, name), 11 * 2 ** 20);
    }
    await turn(space, (root) => {
      writeFiles(root, { a: "t", changed: "now it is small" });
      rmSync(join(root, "deleted"));
    });
    expect(await undoLast(space)).toMatchObject({
      entry: { notKept: ["changed", "deleted"], counts: { created: 0, modified: 1, deleted: 0 } },
      restored: [{ path: "a", what: "modified" }],
    });
    expect(tree(space.root)["changed"]).toBe("now it is small");
  });

  test("one that the turn makes is removed, up to a size", async () => {
    const space = workspace({ a: "a" });
    await turn(space, (root) => {
      for (const [name, megabytes] of [
        ["fair", 11],
        ["huge", 65],
      ] as const) {
        writeFileSync(join(root, name), "");
        truncateSync(join(root, name), megabytes * 2 ** 20);
      }
    });
    expect(await undoLast(space)).toMatchObject({
      entry: { notKept: ["huge"] },
      restored: [{ path: "fair", what: "removed" }],
    });
    expect(readdirSync(space.root).sort()).toEqual(["a", "huge"]);
  });

  test("pipes and sockets are passed over", async () => {
    const space = workspace({ a: "a" });
    execFileSync("mkfifo", [join(space.root, "pipe")]);
    await turn(space, (root) => {
      rmSync(join(root, "a"));
      execFileSync("mkfifo", [join(root, "a")]);
    });
    expect(await undoLast(space)).toMatchObject({ failed: [{ path: "a", failure: { kind: "not-saved" } }] });
    expect(tree(space.root)).toEqual({ a: "?", pipe: "?" });
  });
});

describe.skipIf(noGit)("the lock", () => {
  test("of a process that lives: a bounded wait, then a word", async () => {
    const space = workspace({ a: "a" });
    await turn(space, (root) => writeFiles(root, { a: "b" }));
    writeFileSync(join(storeOf(space), "lock"), `${process.pid} x\n`);
    expect(await begin(space)).toEqual({ kind: "skipped", reason: { kind: "busy" } });
  });

  test.each<{ name: string; content: string; ageSeconds: number }>([
    { name: "of a process that was killed", content: "999999999 x\n", ageSeconds: 0 },
    { name: "older than any operation", content: `${process.pid} x\n`, ageSeconds: 120 },
    { name: "empty and old", content: "", ageSeconds: 120 },
  ])("$name is removed", async ({ content, ageSeconds }) => {
    const space = workspace({ a: "a" });
    await turn(space, (root) => writeFiles(root, { a: "b" }));
    const lock = join(storeOf(space), "lock");
    writeFileSync(lock, content);
    const time = Date.now() / 1000 - ageSeconds;
    utimesSync(lock, time, time);
    expect(await begin(space)).toEqual({ kind: "taken" });
    expect(existsSync(lock)).toBe(false);
  });
});

describe.skipIf(noGit)("the store heals", () => {
  test("what someone has put into its git directory is put right before git reads it", async () => {
    const space = workspace({ a: "a" });
    await turn(space, (root) => writeFiles(root, { a: "b" }));
    const store = storeOf(space);
    const marker = join(space.root, "../marker");
    writeFiles(store, {
      config: `[core]\n\tfsmonitor = touch ${marker}\n[filter "evil"]\n\tclean = touch ${marker}\n`,
      "info/attributes": "* filter=evil\n",
      "objects/info/alternates": "/nowhere\n",
      HEAD: "nonsense",
    });
    expect(await turn(space, (root) => writeFiles(root, { a: "c" }))).toMatchObject({ kind: "recorded" });
    await undoLast(space);
    expect(tree(space.root)).toEqual({ a: "b" });
    expect(existsSync(marker)).toBe(false);
  });

  test("files of its own that are broken are as if they were not there", async () => {
    const space = workspace({ a: "a" });
    await turn(space, (root) => writeFiles(root, { a: "b" }));
    writeFiles(storeOf(space), {
      "state.json": "{",
      "permissions.json": "[1]",
      "records/000.json": "null",
      "records/001.json": '{"version": 2}',
      "open/x/turn.json": "}",
      "open/y/turn.json": JSON.stringify({
        id: "y",
        pid: 0,
        startedAtMs: 1,
        prompt: "",
        leftOut: [],
        repositories: [],
        uncovered: [],
      }),
      "open/y/index": "no index",
    });
    expect(await turn(space, (root) => writeFiles(root, { a: "c" }))).toMatchObject({ kind: "recorded" });
    await undoLast(space);
    await undoLast(space);
    expect(tree(space.root)).toEqual({ a: "a" });
  });

  test("a record that someone has made up leads nowhere else", async () => {
    const space = workspace({ a: "a" });
    await turn(space, (root) => writeFiles(root, { a: "b" }));
    const folder = join(storeOf(space), "records");
    const [name = ""] = readdirSync(folder);
    const record = JSON.parse(readFileSync(join(folder, name), "utf8"));
    const outside = join(space.root, "../outside");
    for (const path of ["../outside", "/outside", "x/../../outside", ".git/hooks/x", "x/.GIT/y", "", "./a"]) {
      const changes = [{ ...record.changes[0], path, after: null }];
      writeFileSync(join(folder, name), JSON.stringify({ ...record, changes }));
      expect(await undoLast(space)).toEqual({ kind: "nothing" });
    }
    expect(existsSync(outside)).toBe(false);
    expect(tree(space.root)).toEqual({ a: "b" });
  });

  test("a turn whose end could not be written down is not taken for one under way", async () => {
    const space = workspace({ a: "a" });
    let fails = false;
    const failing = withRun(space, (words) => (fails && words.includes("ls-files") ? "time-out" : "run"));
    await begin(failing);
    writeFiles(space.root, { a: "b" });
    fails = true;
    expect(await failing.snapshots.after()).toEqual({ kind: "unfinished", reason: { kind: "too-slow" } });
    expect(await undoLast(space)).toMatchObject({ entry: { isUncertain: true }, kept: ["a"] });
    await undoLast(space, true);
    expect(tree(space.root)).toEqual({ a: "a" });
  });

  test("a broken index: the next turn begins with a new one", async () => {
    const space = workspace({ a: "a" });
    await turn(space, (root) => writeFiles(root, { a: "b" }));
    writeFileSync(join(storeOf(space), "index"), "no index");
    expect(await turn(space, (root) => writeFiles(root, { a: "c" }))).toMatchObject({ kind: "recorded" });
  });
});
