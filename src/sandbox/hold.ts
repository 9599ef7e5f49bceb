/** Keeps protected places as they are while a command runs, where a mount alone can't. */
import { closeSync, constants, openSync, readlinkSync, renameSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { linkStatus } from "./disk.ts";
import { holdPlaceholder } from "./placeholder.ts";
import type { Protection } from "./protection.ts";

export interface Hold {
  /** Paths that did not exist, and where a placeholder folder is now. */
  readonly heldPaths: readonly string[];
  release(): void;
}

export function holdProtected(protection: Pick<Protection, "missingPaths" | "protectedLinks">): Hold {
  const placeholders = protection.missingPaths.flatMap((path) => holdPlaceholder(path) ?? []);
  const links = protection.protectedLinks.flatMap((path) => holdLink(path) ?? []);
  return {
    heldPaths: placeholders.map(({ path }) => path),
    release() {
      for (const placeholder of placeholders) {
        placeholder.release();
      }
      for (const link of links) {
        restoreLink(link);
      }
    },
  };
}

interface HeldLink {
  /** The folder it is in, held open: a command can put a link to anywhere in that folder's place, and this is unconfined. */
  readonly folderFd: number;
  readonly name: string;
  readonly target: string;
}

function holdLink(path: string): HeldLink | undefined {
  const target = linkTarget(path);
  if (target === undefined) {
    return undefined;
  }
  try {
    const folderFd = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
    return { folderFd, name: basename(path), target };
  } catch {
    // A folder that can't be read; a command can't do more there than we.
    return undefined;
  }
}

/** A mount on a symlink lands on its target, so the link can be replaced. Nothing is deleted: what came in its place is moved aside. */
function restoreLink({ folderFd, name, target }: HeldLink): void {
  const path = join(`/proc/self/fd/${folderFd}`, name);
  try {
    if (linkTarget(path) !== target) {
      if (linkStatus(path) !== undefined) {
        renameSync(path, `${path}.replaced-${Date.now().toString(36)}`);
      }
      symlinkSync(target, path);
    }
  } catch {
    // Another command's end has restored it already, or the folder is gone.
  } finally {
    closeSync(folderFd);
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
