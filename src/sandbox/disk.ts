/** What the sandbox must know of the disk. Reads only; every answer is a path without symlinks in it. */
import { lstatSync, readFileSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { contains, PROTECTED_NAMES } from "./policy.ts";

const MAX_SYMLINKS = 40;
const MAX_POINTER_BYTES = 4096;

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
  return attempt(() => realpathSync(path));
}

export function linkStatus(path: string): Stats | undefined {
  return attempt(() => lstatSync(path));
}

export function isDirectory(path: string): boolean {
  return attempt(() => statSync(path))?.isDirectory() === true;
}

/** The same for two names of one file, and for no two files. */
export function fileIdentity(path: string): string | undefined {
  const status = attempt(() => statSync(path, { bigint: true }));
  return status === undefined ? undefined : `${status.dev}:${status.ino}`;
}

/**
 * Paths inside the roots that stay read-only and exist: `.git` and `.codex` at the top of each root, and, for
 * a worktree or submodule, whose `.git` is a file, the git folders it points to.
 */
export function existingProtectedPaths(roots: readonly string[]): string[] {
  const found = new Set<string>();
  const add = (path: string | undefined) => {
    if (path !== undefined && roots.some((root) => contains(root, path) && root !== path)) {
      found.add(path);
    }
  };
  for (const root of roots) {
    for (const name of PROTECTED_NAMES) {
      add(realPath(join(root, name)));
    }
    for (const path of gitPointerTargets(join(root, ".git"))) {
      add(path);
    }
  }
  return [...found];
}

function gitPointerTargets(pointer: string): string[] {
  const gitDir = pointedPath(pointer, /^gitdir:[ \t]*(.+)/);
  if (gitDir === undefined) {
    return [];
  }
  // The hooks of a worktree lie in the common folder, not in its own.
  const commonDir = pointedPath(join(gitDir, "commondir"), /^(.+)/);
  return commonDir === undefined ? [gitDir] : [gitDir, commonDir];
}

function pointedPath(file: string, pattern: RegExp): string | undefined {
  const status = linkStatus(file);
  if (status === undefined || !status.isFile() || status.size > MAX_POINTER_BYTES) {
    return undefined;
  }
  const target = attempt(() => readFileSync(file, "utf8"))
    ?.match(pattern)?.[1]
    ?.trim();
  return target === undefined ? undefined : realPath(resolve(dirname(file), target));
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
