import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { SnapshotStart, TurnSnapshots } from "../../src/protocol/index.ts";
import { runUnconfined } from "../../src/sandbox/index.ts";
import { createTurnSnapshots, type UndoPlace, type UndoResult, undo } from "../../src/undo/index.ts";
import { tempFolder, writeFiles } from "../support/temp-folder.ts";

export type Files = Readonly<Record<string, string | Buffer>>;

/** Without git there is nothing to test; the closing line of the run counts what was skipped. */
export const noGit = !hasGit();

function hasGit(): boolean {
  try {
    execFileSync("git", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export interface Workspace {
  readonly place: UndoPlace;
  readonly root: string;
  readonly home: string;
  readonly snapshots: TurnSnapshots;
}

/** A project and a home of its own, with the real git between them. */
export function workspace(files: Files = {}, overrides: Partial<UndoPlace> = {}): Workspace {
  const folder = tempFolder();
  const [root, home, userHome] = [join(folder, "project"), join(folder, "home"), join(folder, "user")];
  for (const path of [root, home, userHome]) {
    mkdirSync(path);
  }
  writeFiles(root, files);
  const place: UndoPlace = {
    root,
    home,
    userHome,
    env: process.env,
    writableFolders: [],
    run: runUnconfined,
    ...overrides,
  };
  return { place, root: place.root, home: place.home, snapshots: createTurnSnapshots(place) };
}

const never = new AbortController().signal;

export function begin({ snapshots }: Workspace, prompt = "do it"): Promise<SnapshotStart> {
  return snapshots.before({ prompt, signal: never });
}

/** A turn that does something, from its first call to its end. */
export async function turn(
  space: Workspace,
  work: (root: string) => unknown,
  prompt = "do it",
): Promise<unknown> {
  const start = await begin(space, prompt);
  if (start.kind !== "taken") {
    throw new Error(JSON.stringify(start));
  }
  await work(space.root);
  return await space.snapshots.after();
}

export function undoLast({ place }: Workspace, force = false): Promise<UndoResult> {
  return undo(place, { choice: { kind: "last" }, force, signal: never });
}

export function redo({ place }: Workspace): Promise<UndoResult> {
  return undo(place, { choice: { kind: "redo" }, force: false, signal: never });
}

/** Everything below a folder: content of files (with `*` before it where they may be run), targets of links, empty folders. */
export function tree(folder: string, below = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(folder, below)).sort()) {
    const path = below === "" ? name : `${below}/${name}`;
    const stats = lstatSync(join(folder, path));
    if (stats.isSymbolicLink()) {
      found[path] = `-> ${readlinkSync(join(folder, path))}`;
    } else if (stats.isDirectory()) {
      const inner = tree(folder, path);
      Object.assign(found, Object.keys(inner).length === 0 ? { [`${path}/`]: "" } : inner);
    } else if (stats.isFile()) {
      found[path] = (stats.mode & 0o100 ? "*" : "") + readFileSync(join(folder, path), "latin1");
    } else {
      found[path] = "?";
    }
  }
  return found;
}

export function git(folder: string, ...args: string[]): string {
  return execFileSync(
    "git",
    ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "protocol.file.allow=always", ...args],
    {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
}
