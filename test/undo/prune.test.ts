import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listHistory } from "../../src/undo/index.ts";
import { writeFiles } from "../support/temp-folder.ts";
import { noGit, tree, turn, undoLast, type Workspace, workspace } from "./support.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

function storeOf({ home }: Workspace): string {
  const [name = ""] = readdirSync(join(home, "leat/undo"));
  return join(home, "leat/undo", name);
}

function objectFiles(space: Workspace): string[] {
  return readdirSync(join(storeOf(space), "objects"), { recursive: true, encoding: "utf8" })
    .filter((path) => /^[0-9a-f]{2}\/|\.pack$/.test(path))
    .sort();
}

/** Tidies up with the next turn, as if a day had gone by. */
function letADayGoBy(space: Workspace): void {
  const file = join(storeOf(space), "state.json");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), prunedAtMs: 0 }));
}

async function numberOfEntries({ place }: Workspace): Promise<number> {
  const history = await listHistory(place, new AbortController().signal);
  return history.kind === "entries" ? history.entries.length : -1;
}

describe.skipIf(noGit)("a store does not grow without end", () => {
  test("the oldest of more than fifty records go, and those older than two weeks", async () => {
    const space = workspace({ a: "0" });
    await turn(space, (root) => writeFiles(root, { a: "1" }));
    const folder = join(storeOf(space), "records");
    const [file = ""] = readdirSync(folder);
    const record = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const now = Date.now();
    const copy = (ageMs: number, name: string) => {
      const id = `${String(now - ageMs).padStart(15, "0")}-${name}`;
      writeFileSync(join(folder, `${id}.json`), JSON.stringify({ ...record, id }));
    };
    for (let index = 0; index < 60; index += 1) {
      copy(1000 + index, "new");
    }
    await turn(space, (root) => writeFiles(root, { a: "2" }));
    expect(await numberOfEntries(space)).toBe(50);
    for (const name of readdirSync(folder).slice(0, 40)) {
      rmSync(join(folder, name));
    }
    copy(15 * DAY_MS, "old");
    copy(13 * DAY_MS, "kept");
    await turn(space, (root) => writeFiles(root, { a: "3" }));
    const names = readdirSync(folder).map((name) => name.slice(16));
    expect({ old: names.includes("old.json"), kept: names.includes("kept.json") }).toEqual({
      old: false,
      kept: true,
    });
  });

  test("contents that nothing names any more go, and everything else is still there", async () => {
    const space = workspace({ a: "first", b: "other" });
    await turn(space, (root) => writeFiles(root, { a: "second" }));
    await turn(space, (root) => writeFiles(root, { a: "third" }));
    // Garbage: thirteen packs' worth of what no record and no index names.
    const objects = join(storeOf(space), "objects");
    for (let index = 0; index < 13; index += 1) {
      writeFileSync(join(objects, "pack", `pack-${index}.pack`), "garbage");
    }
    mkdirSync(join(objects, "00"), { recursive: true });
    writeFileSync(join(objects, "00", "0".repeat(38)), "garbage");
    writeFiles(storeOf(space), { "tmp/left/over": "x", "objects/pack/tmp_pack_x": "x", "lock.x": "x" });
    letADayGoBy(space);
    await turn(space, (root) => writeFiles(root, { a: "fourth" }));
    expect(objectFiles(space)).toEqual([expect.stringMatching(/^pack\/pack-[0-9a-f]{40}\.pack$/)]);
    expect(existsSync(join(storeOf(space), "tmp/left"))).toBe(false);
    expect(existsSync(join(storeOf(space), "lock.x"))).toBe(false);
    const seen: (string | undefined)[] = [];
    for (let turns = 0; turns < 3; turns += 1) {
      await undoLast(space);
      seen.push(tree(space.root)["a"]);
    }
    expect(seen).toEqual(["third", "second", "first"]);
    await turn(space, (root) => writeFiles(root, { b: "changed" }));
    await undoLast(space);
    expect(tree(space.root)).toEqual({ a: "first", b: "other" });
  });

  test("stores of workspaces that were not used for two weeks go", async () => {
    const space = workspace({ a: "0" });
    const stores = join(space.home, "leat/undo");
    for (const [name, days] of [
      ["old-0123456789abcdef", 15],
      ["used-0123456789abcdef", 13],
    ] as const) {
      writeFiles(join(stores, name), { workspace: "/x\n", "objects/00/x": "x" });
      const time = (Date.now() - days * DAY_MS) / 1000;
      utimesSync(join(stores, name, "workspace"), time, time);
    }
    writeFiles(stores, { "no store/file": "x" });
    await turn(space, (root) => writeFiles(root, { a: "1" }));
    const names = readdirSync(stores).filter((name) => !name.startsWith("project-"));
    expect(names.sort()).toEqual(["no store", "used-0123456789abcdef"]);
  });
});
