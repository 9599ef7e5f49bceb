/** Gathers from disk and environment what a bubblewrap command line depends on, anew for each command. */
import { existsSync, statSync } from "node:fs";
import { isDirectory, realPath } from "./disk.ts";
import type { MountFacts } from "./linux.ts";
import { contains } from "./policy.ts";
import { socketFiles, socketFolders } from "./sockets.ts";

export interface LinuxFactsInput {
  readonly program: string;
  readonly canDisableUserNamespaces: boolean;
  readonly networkAccess: boolean;
  readonly cwd: string;
  readonly writableRoots: readonly string[];
  readonly guardedRoots: readonly string[];
  readonly protectedPaths: readonly string[];
  /** Missing paths that are held by a placeholder folder. */
  readonly heldPaths: readonly string[];
  readonly hiddenFiles: readonly string[];
  readonly hiddenFolders: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export function gatherLinuxFacts(input: LinuxFactsInput): MountFacts {
  const { program, networkAccess, cwd, writableRoots } = input;
  const isSetuid = (statSync(program).mode & 0o4000) !== 0;
  const coveredFolders = [...new Set([...socketFolders(input), ...input.hiddenFolders])];
  return {
    program,
    canDisableUserNamespaces: input.canDisableUserNamespaces && !isSetuid,
    networkAccess,
    cwd,
    writableRoots,
    protectedPaths: input.protectedPaths,
    emptyFolders: [...coveredFolders, ...input.heldPaths],
    hiddenFiles: input.hiddenFiles,
    maskedFiles: socketFiles(input, coveredFolders),
    kernelPaths: kernelPaths(writableRoots),
    visiblePaths: visiblePaths({ networkAccess, cwd, writableRoots, coveredFolders }),
  };
}

/** `/sys` is part of the disk, which is read-only unless the whole of it is a root; `/proc` is one of its own. */
function kernelPaths(writableRoots: readonly string[]): string[] {
  return writableRoots.includes("/") && existsSync("/sys") ? ["/sys"] : [];
}

/** `/run` is shown empty because of its sockets; name lookup, NixOS's programs and the work itself need some of it. */
function visiblePaths(input: {
  readonly networkAccess: boolean;
  readonly cwd: string;
  readonly writableRoots: readonly string[];
  readonly coveredFolders: readonly string[];
}): string[] {
  const isCovered = (path: string) =>
    input.coveredFolders.some((folder) => folder !== path && contains(folder, path));
  const visible: string[] = [];
  const resolver = input.networkAccess ? realPath("/etc/resolv.conf") : undefined;
  if (resolver !== undefined && isCovered(resolver)) {
    visible.push(resolver);
  }
  if (isDirectory("/run/current-system")) {
    visible.push("/run/current-system");
  }
  const cwd = realPath(input.cwd);
  if (cwd !== undefined && isCovered(cwd) && !input.writableRoots.some((root) => contains(root, cwd))) {
    visible.push(cwd);
  }
  return visible;
}
