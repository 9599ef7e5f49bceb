/** Keeps protected places as they are while a command runs, where a mount alone can't. */
import { readlinkSync, renameSync, symlinkSync } from "node:fs";
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
  const links = protection.protectedLinks.flatMap((path) => {
    const target = linkTarget(path);
    return target === undefined ? [] : [{ path, target }];
  });
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

/** A mount on a symlink lands on its target, so the link can be replaced. Nothing is deleted: what came in its place is moved aside. */
function restoreLink({ path, target }: { readonly path: string; readonly target: string }): void {
  if (linkTarget(path) === target) {
    return;
  }
  try {
    if (linkStatus(path) !== undefined) {
      renameSync(path, `${path}.replaced-${Date.now().toString(36)}`);
    }
    symlinkSync(target, path);
  } catch {
    // Another command's end has restored it already, or the folder is gone.
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
