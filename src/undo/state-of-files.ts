/** What the files were at one moment: git's index, and the permissions that an index has no place for. */
import { copyFileSync, linkSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { readGit } from "./git.ts";
import { done, type Limit, type Outcome } from "./outcome.ts";
import { type BytePath, splitNul } from "./paths.ts";
import { readText, writeWhole } from "./store.ts";
import type { Store } from "./workspace.ts";

export interface FileEntry {
  /** Of the blob in the store. */
  readonly oid: string;
  readonly kind: "file" | "executable" | "link";
  /** Where they are none of the common ones. */
  readonly permissions?: number;
}

export type Permissions = Map<BytePath, number>;

/** The folder that holds the two files; the store's own, or that of an open turn. */
export function indexIn(folder: string): string {
  return join(folder, "index");
}

/**
 * Moves on to the other folder by name, not by content: git tells a file that changed just after the index was
 * written by the index's own time, which a copy would not have.
 */
export function shareState(from: string, to: string): void {
  for (const name of ["index", "permissions.json"]) {
    const [source, target] = [join(from, name), join(to, name)];
    rmSync(target, { force: true });
    const stats = statSync(source, { throwIfNoEntry: false });
    if (stats === undefined) {
      continue;
    }
    try {
      linkSync(source, target);
    } catch {
      // No hard links here. An earlier time than the true one makes git look closer.
      copyFileSync(source, target);
      const time = Math.floor(stats.mtimeMs / 1000);
      utimesSync(target, time, time);
    }
  }
}

const KINDS: Readonly<Record<string, FileEntry["kind"]>> = {
  "100644": "file",
  "100755": "executable",
  "120000": "link",
};

/** All entries of an index. `folder` holds the index; what git says goes into `scratch`. */
export async function readEntries(
  store: Store,
  { folder, scratch, limit }: { folder: string; scratch: string; limit: Limit },
): Promise<Outcome<Map<BytePath, FileEntry>>> {
  const output = join(scratch, `entries-${crypto.randomUUID()}`);
  const listed = await readGit(store, {
    arguments: ["ls-files", "--stage", "-z"],
    index: indexIn(folder),
    output,
    limit,
  });
  if (!listed.ok) {
    return listed;
  }
  const permissions = readPermissions(folder);
  const entries = new Map<BytePath, FileEntry>();
  for (const line of splitNul(listed.value)) {
    const tab = line.indexOf("\t");
    const [mode = "", oid = ""] = line.slice(0, tab).split(" ");
    const kind = KINDS[mode];
    const path = line.slice(tab + 1);
    if (kind !== undefined) {
      const bits = permissions.get(path);
      entries.set(path, { oid, kind, ...(bits === undefined ? {} : { permissions: bits }) });
    }
  }
  return done(entries);
}

export function readPermissions(folder: string): Permissions {
  try {
    const value: unknown = JSON.parse(readText(join(folder, "permissions.json")) ?? "[]");
    return new Map(Array.isArray(value) ? value : []);
  } catch {
    return new Map();
  }
}

export function writePermissions(folder: string, permissions: Permissions): void {
  writeWhole(join(folder, "permissions.json"), JSON.stringify([...permissions]));
}

/** The owner may change bits that nobody set on purpose: only the content, the kind and what may run it count. */
export function isSame(a: FileEntry | null | undefined, b: FileEntry | null | undefined): boolean {
  return (a?.oid ?? null) === (b?.oid ?? null) && a?.kind === b?.kind;
}
