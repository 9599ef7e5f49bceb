/** The rules alone: which roots a policy names, and what of them may be written. Opens no file. */
import { resolve, sep } from "node:path";
import type { SandboxMode, SandboxPolicy } from "../protocol/index.ts";

export interface PolicyOptions {
  readonly mode: SandboxMode;
  readonly cwd: string;
  /** `sandbox_workspace_write.writable_roots`; relative ones count from `cwd`. */
  readonly writableRoots: readonly string[];
  readonly networkAccess: boolean;
  readonly excludeTmpdirEnvVar: boolean;
  readonly excludeSlashTmp: boolean;
  /** The value of `$TMPDIR`. */
  readonly tmpdir?: string;
}

export function resolvePolicy(options: PolicyOptions): SandboxPolicy {
  if (options.mode !== "workspace-write") {
    return { mode: options.mode };
  }
  const roots = [options.cwd];
  if (!options.excludeSlashTmp) {
    roots.push("/tmp");
  }
  // TMPDIR=/ would silently make the whole disk writable.
  const tmpdir = options.tmpdir;
  if (!options.excludeTmpdirEnvVar && tmpdir?.startsWith("/") && resolve(tmpdir) !== "/") {
    roots.push(tmpdir);
  }
  roots.push(...options.writableRoots);
  return {
    mode: "workspace-write",
    writableRoots: [...new Set(roots.map((root) => resolve(options.cwd, root)))],
    networkAccess: options.networkAccess,
  };
}

export function networkAllowed(policy: SandboxPolicy): boolean {
  return policy.mode === "danger-full-access" || (policy.mode === "workspace-write" && policy.networkAccess);
}

/** Names at the top of each writable root that stay read-only: whoever writes them runs code outside later. */
export const PROTECTED_NAMES = [".git", ".codex"] as const;

/** Kernel interfaces are no place for a writable root, except the shared memory folder. */
export function isPossibleRoot(path: string): boolean {
  if (contains("/dev/shm", path)) {
    return true;
  }
  return !["/proc", "/sys", "/dev"].some((tree) => contains(tree, path));
}

export function contains(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

export type WriteVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: "read-only" | "outside" | "protected" };

/**
 * Judges a path without symlinks in it. The deepest rule counts, as with mounts: a root the user named
 * inside a protected folder is writable.
 */
export function judgeWrite(
  path: string,
  rules: {
    readonly roots: readonly string[];
    readonly protectedPaths: readonly string[];
    readonly platform: NodeJS.Platform;
  },
): WriteVerdict {
  const root = deepest(rules.roots, path, contains);
  if (root === undefined) {
    return { allowed: false, reason: "outside" };
  }
  // Only what forbids is compared loosely: a disk of a Mac may also tell `A` from `a`.
  const guard = deepest(rules.protectedPaths, path, rules.platform === "darwin" ? containsFolded : contains);
  if (guard !== undefined && guard.length > root.length) {
    return { allowed: false, reason: "protected" };
  }
  // A repository below the top, or one that is not there yet; no tool has any business in its inside.
  const below = path.slice(root.length).split(sep);
  if (
    below.some((name) => name === ".git" || (rules.platform === "darwin" && name.toLowerCase() === ".git"))
  ) {
    return { allowed: false, reason: "protected" };
  }
  return { allowed: true };
}

/** On most disks of a Mac, `.GIT` is `.git`. */
function containsFolded(root: string, path: string): boolean {
  return contains(root.toLowerCase(), path.toLowerCase());
}

function deepest(
  trees: readonly string[],
  path: string,
  isAround: (tree: string, path: string) => boolean,
): string | undefined {
  let found: string | undefined;
  for (const tree of trees) {
    if (isAround(tree, path) && (found === undefined || tree.length > found.length)) {
      found = tree;
    }
  }
  return found;
}
