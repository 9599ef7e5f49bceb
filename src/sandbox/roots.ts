/** The writable roots of a policy as they are on disk, and what may be written below them. */
import { isAbsolute } from "node:path";
import type { SandboxPolicy } from "../protocol/index.ts";
import { landingPlace, realPath } from "./disk.ts";
import { isPossibleRoot, judgeWrite, type WriteVerdict } from "./policy.ts";
import { protectionOf } from "./protection.ts";

export interface WritableRoot {
  readonly named: string;
  readonly real: string;
}

/**
 * Looked up once, before any command ran: a root that appears later, or leads elsewhere later, may be the
 * work of a command (a symlink to `/` in a folder it may write) and is not taken.
 */
export function fixRoots(policy: SandboxPolicy): WritableRoot[] {
  if (policy.mode !== "workspace-write") {
    return [];
  }
  return policy.writableRoots.flatMap((named) => {
    const real = realPath(named);
    return real !== undefined && isPossibleRoot(real) ? [{ named, real }] : [];
  });
}

export function rootsInPlace(roots: readonly WritableRoot[]): string[] {
  const inPlace = roots.filter(({ named, real }) => realPath(named) === real);
  return [...new Set(inPlace.map(({ real }) => real))];
}

/**
 * The roots in which a missing `.git` or `.codex` must not even come into being. Not `/tmp` and `$TMPDIR`: any
 * program can make one there at any time, and all of them would see ours come and go.
 */
export function guardedRoots(
  roots: readonly string[],
  context: { readonly cwd: string; readonly tmpdir: string | undefined },
): string[] {
  const temporary = ["/tmp", context.tmpdir ?? "/tmp"].map(realPath);
  const workspace = realPath(context.cwd);
  return roots.filter((root) => root === workspace || !temporary.includes(root));
}

export function checkWrite(
  path: string,
  context: {
    readonly policy: SandboxPolicy;
    readonly roots: readonly WritableRoot[];
    readonly cwd: string;
    readonly platform: NodeJS.Platform;
    readonly protectedFolders: readonly string[];
    readonly userHome: string;
  },
): WriteVerdict {
  if (context.policy.mode === "danger-full-access") {
    return { allowed: true };
  }
  if (context.policy.mode === "read-only") {
    return { allowed: false, reason: "read-only" };
  }
  const place = landingPlace(isAbsolute(path) ? path : `${context.cwd}/${path}`);
  if (place === undefined) {
    return { allowed: false, reason: "outside" };
  }
  const roots = context.roots.map(({ real }) => real);
  const { protectedPaths, missingPaths, protectedLinks } = protectionOf({
    roots,
    guardedRoots: roots,
    repositories: [],
    protectedFolders: context.protectedFolders,
    userHome: context.userHome,
  });
  const guards = [...protectedPaths, ...missingPaths, ...protectedLinks];
  return judgeWrite(place, { roots, protectedPaths: guards, platform: context.platform });
}
