/**
 * Keeps a path that does not exist from being created by a confined command. A mount needs something to sit
 * on, so a folder is put there while commands run, and taken away after the last of them.
 *
 * Several commands, also of several leat processes, may hold the same folder. Each puts a marker file in it
 * (the mount hides it from the command), and the folder goes only when `rmdir` finds no marker left: the
 * kernel is the lock, and a marker whose process died is swept by whoever comes next.
 */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { linkStatus } from "./disk.ts";

export interface Placeholder {
  readonly path: string;
  release(): void;
}

const MARKER = /^\.leat-(\d+)-\d+$/;
const ATTEMPTS = 5;
let markerCount = 0;

/** undefined: something of the user's is there, or nobody with our rights can create it anyway. */
export function holdPlaceholder(path: string): Placeholder | undefined {
  const marker = `.leat-${process.pid}-${++markerCount}`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const outcome = linkStatus(path) === undefined ? create(path, marker) : share(path, marker);
    if (outcome === "held") {
      return hold(path, marker);
    }
    if (outcome === "not-ours") {
      return undefined;
    }
  }
  return undefined;
}

/** It goes with the last command that holds it; an empty folder may be one that is just going. */
export function mayBePlaceholder(path: string): boolean {
  try {
    return readdirSync(path).every((name) => MARKER.test(name));
  } catch {
    return false;
  }
}

/** What is held now; a process that leaves in the middle of a command gives it up as well. */
const held = new Set<Placeholder>();

function hold(path: string, marker: string): Placeholder {
  if (held.size === 0) {
    process.once("exit", releaseAll);
  }
  const placeholder: Placeholder = {
    path,
    release() {
      release(path, marker);
      held.delete(placeholder);
      if (held.size === 0) {
        process.removeListener("exit", releaseAll);
      }
    },
  };
  held.add(placeholder);
  return placeholder;
}

function releaseAll(): void {
  for (const placeholder of held) {
    placeholder.release();
  }
}

type Outcome = "held" | "not-ours" | "try-again";

/** Folder and marker appear in one step, so that nobody ever sees our folder without a marker. */
function create(path: string, marker: string): Outcome {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(dirname(path), ".leat-"));
    closeSync(openSync(join(folder, marker), "wx"));
    renameSync(folder, path);
    return "held";
  } catch (error) {
    if (folder === undefined) {
      return "not-ours";
    }
    release(folder, marker);
    return isCode(error, ["ENOTEMPTY", "EEXIST", "ENOTDIR"]) ? "try-again" : "not-ours";
  }
}

/** Shares a folder that holds markers and nothing else. */
function share(path: string, marker: string): Outcome {
  try {
    const names = readdirSync(path);
    // Empty: another process may be between taking its marker and taking the folder; or it is the user's.
    if (names.length === 0) {
      return "try-again";
    }
    if (!names.every((name) => MARKER.test(name))) {
      return "not-ours";
    }
    closeSync(openSync(join(path, marker), "wx"));
    for (const name of names) {
      if (isStale(name)) {
        rmSync(join(path, name), { force: true });
      }
    }
    return "held";
  } catch (error) {
    return isCode(error, ["ENOENT"]) ? "try-again" : "not-ours";
  }
}

function release(path: string, marker: string): void {
  try {
    unlinkSync(join(path, marker));
    rmdirSync(path);
  } catch {
    // Held by another command, or the user has made it his own meanwhile: it stays.
  }
}

function isStale(name: string): boolean {
  const pid = Number(MARKER.exec(name)?.[1]);
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return isCode(error, ["ESRCH"]);
  }
}

function isCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
