/** Keeps a store small, now and then and within a bounded time. Git's own `gc` knows nothing of indexes and records, so it is off. */
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readGit } from "./git.ts";
import { forgetTurn, openFolder, readOpenTurns } from "./open-turns.ts";
import { type Limit, limitOf } from "./outcome.ts";
import { namesIn, readRecords, recordIds, removeRecord } from "./records.ts";
import { indexIn, readEntries } from "./state-of-files.ts";
import { readState, writeState } from "./store.ts";
import type { Store } from "./workspace.ts";

const MAX_RECORDS = 50;
const MAX_AGE_MS = 14 * 24 * 60 * 60 * 1000;
const INTERVAL_MS = 24 * 60 * 60 * 1000;
const LIMIT_MS = 3000;
const MAX_STORE_BYTES = 2 * 2 ** 30;

export async function pruneStore(store: Store, scratch: string): Promise<void> {
  dropRecords(store, MAX_RECORDS);
  const state = readState(store);
  const now = Date.now();
  if (now - (state.prunedAtMs ?? 0) < INTERVAL_MS && now >= (state.prunedAtMs ?? 0)) {
    return;
  }
  writeState(store, { ...state, prunedAtMs: now });
  removeOldStores(store);
  removeLeftovers(store, scratch);
  if (storeBytes(store) > MAX_STORE_BYTES) {
    dropRecords(store, MAX_RECORDS / 2);
  }
  if (isUntidy(store)) {
    await repack(store, scratch, limitOf(LIMIT_MS));
  }
}

function dropRecords(store: Store, max: number): void {
  const oldest = String(Date.now() - MAX_AGE_MS).padStart(15, "0");
  for (const [index, id] of recordIds(store).entries()) {
    if (index >= max || id < oldest) {
      removeRecord(store, id);
    }
  }
}

/** Of workspaces where no turn was run for so long that nothing of theirs would be kept. */
function removeOldStores(store: Store): void {
  const all = join(store.directory, "..");
  for (const name of namesIn(all)) {
    const mark = statSync(join(all, name, "workspace"), { throwIfNoEntry: false });
    if (mark !== undefined && Date.now() - mark.mtimeMs > MAX_AGE_MS && join(all, name) !== store.directory) {
      rmSync(join(all, name), { recursive: true, force: true });
    }
  }
}

/** Of processes that were killed: nobody else is in the store now. */
function removeLeftovers(store: Store, scratch: string): void {
  for (const name of namesIn(join(store.directory, "tmp"))) {
    if (join(store.directory, "tmp", name) !== scratch) {
      rmSync(join(store.directory, "tmp", name), { recursive: true, force: true });
    }
  }
  const open = new Set(readOpenTurns(store).map(({ id }) => id));
  for (const id of namesIn(join(store.directory, "open")).filter((name) => !open.has(name))) {
    forgetTurn(store, id);
  }
  for (const folder of ["objects", "objects/pack", "records", "."]) {
    for (const name of namesIn(join(store.directory, folder))) {
      if (/^tmp_|\.tmp$|^lock\./.test(name)) {
        rmSync(join(store.directory, folder, name), { recursive: true, force: true });
      }
    }
  }
}

const MANY_LOOSE_OBJECTS = 2000;
const MANY_PACKS = 12;

/** Loose objects are spread evenly over 256 folders: one of them tells how many there are. */
function isUntidy(store: Store): boolean {
  const loose = namesIn(join(store.directory, "objects", "17")).length * 256;
  const packs = namesIn(join(store.directory, "objects", "pack")).filter((name) => name.endsWith(".pack"));
  return loose >= MANY_LOOSE_OBJECTS || packs.length >= MANY_PACKS || storeBytes(store) > MAX_STORE_BYTES;
}

function storeBytes(store: Store): number {
  const folder = join(store.directory, "objects", "pack");
  return namesIn(folder)
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0);
}

/** What is still named goes into one pack, and everything else goes. */
async function repack(store: Store, scratch: string, limit: Limit): Promise<boolean> {
  const named = await namedObjects(store, scratch, limit);
  if (named === undefined) {
    return false;
  }
  const input = join(scratch, "named");
  writeFileSync(input, [...named].map((oid) => `${oid}\n`).join(""));
  const checked = await readGit(store, {
    arguments: ["cat-file", "--batch-check=%(objectname)"],
    input,
    output: join(scratch, "found"),
    limit,
  });
  if (!checked.ok) {
    return false;
  }
  const found = checked.value
    .toString()
    .split("\n")
    .filter((line) => /^[0-9a-f]+$/.test(line));
  writeFileSync(input, found.map((oid) => `${oid}\n`).join(""));
  const objects = join(store.directory, "objects");
  const packed = await readGit(store, {
    arguments: ["pack-objects", "--quiet", "--window=0", join(objects, "pack", "pack")],
    input,
    output: join(scratch, "pack-name"),
    limit,
  });
  const name = packed.ok ? packed.value.toString().trim() : "";
  if (!existsSync(join(objects, "pack", `pack-${name}.idx`))) {
    return false;
  }
  for (const file of readdirSync(join(objects, "pack"))) {
    if (!file.startsWith(`pack-${name}.`)) {
      rmSync(join(objects, "pack", file), { force: true });
    }
  }
  for (const folder of readdirSync(objects).filter((entry) => /^[0-9a-f]{2}$/.test(entry))) {
    rmSync(join(objects, folder), { recursive: true, force: true });
  }
  return true;
}

async function namedObjects(store: Store, scratch: string, limit: Limit): Promise<Set<string> | undefined> {
  const named = new Set<string>();
  for (const { changes } of readRecords(store)) {
    for (const { before, after } of changes) {
      for (const entry of [before, after]) {
        if (entry !== null) {
          named.add(entry.oid);
        }
      }
    }
  }
  const folders = [store.directory, ...readOpenTurns(store).map(({ id }) => openFolder(store, id))];
  for (const folder of folders.filter((folder) => existsSync(indexIn(folder)))) {
    const entries = await readEntries(store, { folder, scratch, limit });
    if (!entries.ok) {
      return undefined;
    }
    for (const { oid } of entries.value.values()) {
      named.add(oid);
    }
  }
  return named;
}
