/** Brings an index up to date with files on disk, and their content into the store. */
import { accessSync, constants, lstatSync, type Stats, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canPack, runGit } from "./git.ts";
import { done, hindered, isOver, type Limit, type Outcome, overstepped } from "./outcome.ts";
import { absolutePath, type BytePath, foldersOf, joinNul } from "./paths.ts";
import { indexIn, type Permissions, readPermissions, writePermissions } from "./state-of-files.ts";
import type { Store } from "./workspace.ts";

export interface TakeCall {
  /** Holds the index; other files of its operation go there, too. */
  readonly folder: string;
  readonly paths: readonly BytePath[];
  readonly maxFileBytes: (path: BytePath) => number;
  readonly maxTotalBytes: number;
  readonly limit: Limit;
}

export interface Taken {
  /** Files that are there and were not taken. */
  readonly leftOut: readonly LeftOut[];
  /** Of `paths`; less than all where the time was up. What was taken is in the index. */
  readonly takenFiles: number;
  readonly totalFiles: number;
}

/** Too large, or closed to this user. */
export interface LeftOut {
  readonly path: BytePath;
  /** Tells whether it has changed. */
  readonly state: string;
}

export async function takeFiles(store: Store, call: TakeCall): Promise<Outcome<Taken>> {
  const first = await takeOnce(store, call);
  // A file may change its nature between a look at it and its turn: the second look sees what it is now.
  return first.ok || first.obstacle.kind !== "failed" ? first : await takeOnce(store, call);
}

async function takeOnce(store: Store, call: TakeCall): Promise<Outcome<Taken>> {
  const { folder, limit } = call;
  const sorted = await sortPaths(store, call);
  if (sorted === undefined) {
    return hindered(overstepped(limit));
  }
  const { present, gone, leftOut, permissions } = sorted;
  const totalBytes = present.reduce((sum, { bytes }) => sum + bytes, 0);
  if (totalBytes > call.maxTotalBytes) {
    return hindered({ kind: "too-large", files: present.length, bytes: totalBytes });
  }
  // First, since a folder may have come where a file was.
  const removed = await updateIndex(store, { folder, limit, paths: gone, how: ["--force-remove"] });
  if (!removed.ok) {
    return removed;
  }
  const packs =
    present.length >= MIN_FILES_OF_A_PACK && (await canPack(store, join(folder, "version"), limit));
  let takenFiles = 0;
  for (const batch of batchesOf(present)) {
    const updated = await updateIndex(store, {
      folder,
      limit,
      paths: batch.map(({ path }) => path),
      how: ["--add", "--remove", "--replace"],
      ...(packs ? { settings: PACKING } : {}),
    });
    if (!updated.ok && (updated.obstacle.kind !== "too-slow" || takenFiles === 0)) {
      return updated;
    }
    if (!updated.ok) {
      break;
    }
    takenFiles += batch.length;
  }
  keepPermissions(folder, permissions, [...gone, ...leftOut.map(({ path }) => path)]);
  return done({ leftOut, takenFiles, totalFiles: present.length });
}

const MIN_FILES_OF_A_PACK = 300;
/**
 * What is larger than no byte goes into the pack. What does not (links, empty files) is written without `fsync`: batched, as
 * the store has it elsewhere, it makes git 2.39 look for the pack in the wrong folder.
 */
const PACKING = ["-c", "core.bigFileThreshold=0", "-c", "core.fsync=pack", "-c", "core.fsyncMethod=fsync"];
const BATCH_FILES = 2500;
const BATCH_BYTES = 24 * 2 ** 20;

interface PresentFile {
  readonly path: BytePath;
  readonly bytes: number;
}

function batchesOf(files: readonly PresentFile[]): PresentFile[][] {
  const batches: PresentFile[][] = [];
  let bytes = 0;
  for (const file of files) {
    const last = batches.at(-1);
    if (last === undefined || last.length >= BATCH_FILES || bytes + file.bytes > BATCH_BYTES) {
      batches.push([file]);
      bytes = file.bytes;
    } else {
      last.push(file);
      bytes += file.bytes;
    }
  }
  return batches;
}

async function updateIndex(
  store: Store,
  call: {
    folder: string;
    limit: Limit;
    paths: readonly BytePath[];
    how: readonly string[];
    settings?: readonly string[];
  },
): Promise<Outcome<undefined>> {
  const { folder, limit, paths, how, settings = [] } = call;
  if (paths.length === 0) {
    return done(undefined);
  }
  const input = join(folder, "paths");
  writeFileSync(input, joinNul(paths));
  return await runGit(store, {
    arguments: [...settings, "update-index", ...how, "-z", "--stdin"],
    index: indexIn(folder),
    input,
    limit,
  });
}

interface SortedPaths {
  readonly present: PresentFile[];
  readonly gone: BytePath[];
  readonly leftOut: LeftOut[];
  readonly permissions: Permissions;
}

const LOOKS_AT_ONCE = 500;

/** By what is at each path now. Undefined: the time was up. */
async function sortPaths(
  { root }: Store,
  { paths, maxFileBytes, limit }: TakeCall,
): Promise<SortedPaths | undefined> {
  const sorted: SortedPaths = { present: [], gone: [], leftOut: [], permissions: new Map() };
  const isFolder = folderCheck(root);
  for (const [index, path] of paths.entries()) {
    if (index % LOOKS_AT_ONCE === LOOKS_AT_ONCE - 1) {
      // Tens of thousands of looks in a row would hold up the screen.
      await new Promise((resolve) => setImmediate(resolve));
      if (isOver(limit)) {
        return undefined;
      }
    }
    // What lies beyond a symbolic link is another place, which may be outside.
    const stats = foldersOf(path).every(isFolder) ? lookAt(root, path) : undefined;
    if (stats?.isSymbolicLink()) {
      sorted.present.push({ path, bytes: 0 });
    } else if (stats?.isFile() !== true) {
      sorted.gone.push(path);
    } else if (stats.size > maxFileBytes(path) || !isReadable(root, path)) {
      sorted.gone.push(path);
      sorted.leftOut.push({ path, state: `${stats.size}:${stats.mtimeMs}` });
    } else {
      sorted.present.push({ path, bytes: stats.size });
      sorted.permissions.set(path, stats.mode & 0o777);
    }
  }
  return sorted;
}

export function folderCheck(root: string): (path: BytePath) => boolean {
  const known = new Map<BytePath, boolean>();
  return (path) => {
    const found = known.get(path) ?? lookAt(root, path)?.isDirectory() === true;
    known.set(path, found);
    return found;
  };
}

export function lookAt(root: string, path: BytePath): Stats | undefined {
  try {
    return lstatSync(absolutePath(root, path), { throwIfNoEntry: false });
  } catch {
    // A file stands where the path has a folder, or a folder is closed to this user.
    return undefined;
  }
}

function isReadable(root: string, path: BytePath): boolean {
  try {
    accessSync(absolutePath(root, path), constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** As every umask in use makes them; an index tells them by whether the file may be run. */
const COMMON_PERMISSIONS = new Set([0o644, 0o755, 0o664, 0o775]);

function keepPermissions(folder: string, seen: Permissions, gone: readonly BytePath[]): void {
  const kept = readPermissions(folder);
  let changed = gone.map((path) => kept.delete(path)).includes(true);
  for (const [path, bits] of seen) {
    if (COMMON_PERMISSIONS.has(bits)) {
      changed = kept.delete(path) || changed;
    } else if (kept.get(path) !== bits) {
      kept.set(path, bits);
      changed = true;
    }
  }
  if (changed) {
    writePermissions(folder, kept);
  }
}
