/** What the sandbox must know of the disk. Reads only; every answer is a path without symlinks in it. */
import { lstatSync, readFileSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";

const MAX_SYMLINKS = 40;
const MAX_SMALL_BYTES = 256 * 1024;

/**
 * Where a write to `path` would land, walked as the kernel walks it: `..` after a symlink leaves the link's
 * target, and a dangling link leads to the file it would create. undefined: a loop of links.
 */
export function landingPlace(path: string): string | undefined {
  const pending = path.split(sep).reverse();
  let place: string = sep;
  let links = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === "" || name === ".") {
      continue;
    }
    if (name === "..") {
      place = dirname(place);
      continue;
    }
    const next = join(place, name);
    const target = linkTarget(next);
    if (target === undefined) {
      place = next;
      continue;
    }
    links += 1;
    if (links > MAX_SYMLINKS) {
      return undefined;
    }
    if (isAbsolute(target)) {
      place = sep;
    }
    pending.push(...target.split(sep).reverse());
  }
  return place;
}

export function realPath(path: string): string | undefined {
  return attempt(() => realpathSync.native(path));
}

export function linkStatus(path: string): Stats | undefined {
  return attempt(() => lstatSync(path, { throwIfNoEntry: false }));
}

export function isDirectory(path: string): boolean {
  return attempt(() => statSync(path))?.isDirectory() === true;
}

/** A file with more than one hard link. */
export function hasOtherNames(path: string): boolean {
  const status = attempt(() => statSync(path, { throwIfNoEntry: false }));
  return status !== undefined && !status.isDirectory() && status.nlink > 1;
}

/** The same for two names of one file, and for no two files. */
export function fileIdentity(path: string): string | undefined {
  const status = attempt(() => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return status === undefined ? undefined : `${status.dev}:${status.ino}`;
}

/** The path that stands in a small file of git's: `.git` of a worktree, `commondir`. */
export function pointedPath(file: string, pattern: RegExp): string | undefined {
  const target = readSmallFile(file)?.match(pattern)?.[1]?.trim();
  return target === undefined ? undefined : realPath(resolve(dirname(file), target));
}

/** Only regular files: anything else could block, or never end. */
export function readSmallFile(file: string): string | undefined {
  const status = linkStatus(file);
  if (status === undefined || !status.isFile() || status.size > MAX_SMALL_BYTES) {
    return undefined;
  }
  return attempt(() => readFileSync(file, "utf8"));
}

/**
 * Can bubblewrap get there? It works without root's right to enter every folder, as commands do: what lies in a
 * folder closed to it is closed to them.
 */
export function isReachable(path: string): boolean {
  if (process.geteuid?.() !== 0) {
    return true;
  }
  const groups = new Set([process.getegid?.(), ...(process.getgroups?.() ?? [])]);
  for (let folder = dirname(path); folder !== sep; folder = dirname(folder)) {
    const status = attempt(() => statSync(folder));
    if (status === undefined) {
      return false;
    }
    const mayEnter = status.uid === 0 ? 0o100 : groups.has(status.gid) ? 0o010 : 0o001;
    if ((status.mode & mayEnter) === 0) {
      return false;
    }
  }
  return true;
}

function linkTarget(path: string): string | undefined {
  return attempt(() => readlinkSync(path));
}

/** A path that can't be looked at (absent, no permission) is for our purpose the same as an absent one. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
