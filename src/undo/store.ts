import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { SnapshotObstacle } from "../protocol/index.ts";
import { userIgnoreRules, userRepository } from "./user-rules.ts";
import { isAtOrAbove, realPath, type Store } from "./workspace.ts";

/** Bytes are kept as they are on disk, whatever the workspace's own attributes say; this file beats all of those. */
const ATTRIBUTES = "* -text -ident !eol !crlf !filter !diff !merge !working-tree-encoding\n";

/**
 * `fsync` in one go: after a power cut the index must not name content that is lost. Names that are odd on other
 * systems are names here.
 */
const CONFIG = `[core]
	repositoryformatversion = 0
	bare = false
	filemode = true
	symlinks = true
	ignorecase = false
	precomposeunicode = false
	protectNTFS = false
	protectHFS = false
	autocrlf = false
	fsmonitor = false
	untrackedCache = false
	hooksPath = /dev/null
	attributesFile = /dev/null
	compression = 1
	fsync = objects
	fsyncMethod = batch
[gc]
	auto = 0
`;

/** Makes or mends the shadow directory without starting git. Throws what the file system says. */
export async function prepareStore(store: Store): Promise<void> {
  const { directory } = store;
  for (const folder of ["", "objects/info", "objects/pack", "refs", "info", "records", "open", "tmp"]) {
    mkdirSync(join(directory, folder), { recursive: true, mode: 0o700 });
  }
  // Written anew where they differ: what git runs must not depend on what someone has put there.
  keepText(join(directory, "HEAD"), "ref: refs/heads/none\n");
  keepText(join(directory, "config"), CONFIG);
  keepText(join(directory, "info", "attributes"), ATTRIBUTES);
  keepText(join(directory, "info", "exclude"), `${await userIgnoreRules(store)}\n${ownFiles(store)}`);
  rmSync(join(directory, "objects", "info", "alternates"), { force: true });
  keepText(join(directory, "workspace"), `${store.root}\n`);
  const now = new Date();
  utimesSync(join(directory, "workspace"), now, now);
}

/** What leat itself writes while a turn runs: marks of a running command, and its home where that lies in the workspace. */
function ownFiles({ home, root }: Store): string {
  const realHome = realPath(home);
  const prefix = relative(root, realHome);
  const names = isAtOrAbove(root, realHome)
    ? ["leat/", "log/", "sessions/", "archived_sessions/", "history.jsonl", "auth.json"]
    : [];
  return [".leat-*", ...names.map((name) => `/${escapePattern(join(prefix, name))}`), ""].join("\n");
}

function escapePattern(path: string): string {
  return path.replace(/[\\*?[\]!# ]/g, "\\$&");
}

/** The user's own index, by what of it changes with every write; undefined outside a repository. */
export function userIndexState(root: string): { readonly path: string; readonly state: string } | undefined {
  const repository = userRepository(root);
  const path = repository === undefined ? undefined : join(repository.gitDirectory, "index");
  const stats = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
  return path !== undefined && stats?.isFile()
    ? { path, state: `${stats.mtimeMs}:${stats.size}:${stats.ino}` }
    : undefined;
}

function keepText(path: string, text: string): void {
  if (readText(path) !== text) {
    writeWhole(path, text);
  }
}

/** A reader sees the old file or the new one. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    writeFileSync(temporary, content, { mode: 0o600, flag: "wx" });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** What is remembered of the workspace between snapshots. A file that is broken is an empty one. */
export interface StoreState {
  /** No snapshot is tried until then, and why not. */
  readonly pausedUntilMs?: number;
  readonly pausedFor?: SnapshotObstacle;
  /** How many times in a row the mere listing of the workspace took too long. */
  readonly slowListings?: number;
  readonly userIndex?: string;
  readonly prunedAtMs?: number;
}

export function readState(store: Store): StoreState {
  try {
    const value: unknown = JSON.parse(readText(join(store.directory, "state.json")) ?? "{}");
    return typeof value === "object" && value !== null ? (value as StoreState) : {};
  } catch {
    return {};
  }
}

export function writeState(store: Store, state: StoreState): void {
  writeWhole(join(store.directory, "state.json"), `${JSON.stringify(state)}\n`);
}

/** A folder for the files of one operation; gone when it is over. */
export async function withScratch<T>(store: Store, action: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(store.directory, "tmp", crypto.randomUUID());
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
