/**
 * What stays read-only inside the writable roots, because whoever writes there runs code outside the sandbox
 * later: git folders, hooks, and the settings of Codex and of login shells. Reads only.
 */
import { join, resolve } from "node:path";
import { isDirectory, landingPlace, linkStatus, pointedPath, readSmallFile, realPath } from "./disk.ts";
import { mayBePlaceholder } from "./placeholder.ts";
import { contains, PROTECTED_NAMES } from "./policy.ts";

export interface Protection {
  /** Existing paths inside the roots, without symlinks in them. */
  readonly protectedPaths: readonly string[];
  /** Where nothing is, or a placeholder of another command, and nothing may come into being. */
  readonly missingPaths: readonly string[];
  /** Where a name is a symlink: what it leads to can be protected, the link itself only put back. */
  readonly protectedLinks: readonly string[];
}

export interface ProtectionInput {
  readonly roots: readonly string[];
  /** Those of them in which a missing `.git` or `.codex` must not even come into being. */
  readonly guardedRoots: readonly string[];
  /** Folders of git repositories below the roots. */
  readonly repositories: readonly string[];
  /** Folders that are protected as they are, existing or not: leat's home. */
  readonly protectedFolders: readonly string[];
  readonly userHome: string;
}

export function protectionOf(input: ProtectionInput): Protection {
  const { roots, guardedRoots, repositories, protectedFolders, userHome } = input;
  const found = {
    protectedPaths: new Set<string>(),
    missingPaths: new Set<string>(),
    links: new Set<string>(),
  };
  const isInside = (path: string) => roots.some((root) => root !== path && contains(root, path));

  const protect = (path: string, whenMissing: "hold" | "leave") => {
    const status = linkStatus(path);
    if (status?.isSymbolicLink() === true && isInside(path)) {
      found.links.add(path);
    }
    const place = status === undefined ? undefined : realPath(path);
    if (place !== undefined) {
      if (isInside(place)) {
        found.protectedPaths.add(place);
        if (whenMissing === "hold" && mayBePlaceholder(place)) {
          found.missingPaths.add(place);
        }
      }
      return;
    }
    const landing = landingPlace(path);
    if (whenMissing === "hold" && landing !== undefined && isInside(landing)) {
      found.missingPaths.add(landing);
    }
  };

  for (const root of roots) {
    const whenMissing = guardedRoots.includes(root) ? "hold" : "leave";
    for (const name of [...PROTECTED_NAMES, ...(isBareRepository(root) ? BARE_NAMES : [])]) {
      protect(join(root, name), whenMissing);
    }
  }
  for (const repository of repositories) {
    protect(join(repository, ".git"), "hold");
  }
  for (const folder of new Set([...roots, ...repositories])) {
    for (const path of furtherGitPaths(folder)) {
      protect(path, "hold");
    }
  }
  for (const folder of protectedFolders) {
    protect(folder, "hold");
  }
  const isHomeWritable = roots.some((root) => contains(root, userHome));
  for (const name of isHomeWritable ? HOME_NAMES : []) {
    // A placeholder would be in the way of every shell that starts meanwhile.
    protect(join(userHome, name), "leave");
  }
  return {
    protectedPaths: [...found.protectedPaths],
    missingPaths: [...found.missingPaths],
    protectedLinks: [...found.links],
  };
}

/** What of a git folder runs code, where the folder is the root itself. */
const BARE_NAMES = ["hooks", "config"] as const;

/** What the next login, shell or git command of the user reads, where the home itself is writable. */
const HOME_NAMES = [
  ...[".bashrc", ".bash_profile", ".bash_login", ".bash_aliases", ".profile", ".inputrc"],
  ...[".zshenv", ".zprofile", ".zshrc", ".zlogin", ".config/fish", ".config/environment.d"],
  ...[
    ".gitconfig",
    ".config/git",
    ".config/autostart",
    ".config/systemd",
    ".local/bin",
    ".local/share/systemd",
  ],
  ...["Library/LaunchAgents", ".tmux.conf", ".config/tmux", ".vimrc", ".config/nvim", ".emacs.d"],
] as const;

function isBareRepository(folder: string): boolean {
  return (
    linkStatus(join(folder, "HEAD")) !== undefined &&
    isDirectory(join(folder, "objects")) &&
    isDirectory(join(folder, "refs"))
  );
}

/** The git folders a worktree's or submodule's `.git` file points to, and what a repository's own settings name. */
function furtherGitPaths(folder: string): string[] {
  const pointer = join(folder, ".git");
  const gitDir = pointedPath(pointer, /^gitdir:[ \t]*(.+)/);
  // The hooks and the settings of a worktree lie in the common folder, not in its own.
  const commonDir =
    gitDir === undefined ? pointer : (pointedPath(join(gitDir, "commondir"), /^(.+)/) ?? gitDir);
  return [
    ...(gitDir === undefined ? [] : [gitDir, commonDir]),
    ...settingsPaths({ config: join(commonDir, "config"), folder, commonDir }),
  ];
}

/** `core.hooksPath` counts from the top of the work tree, an included file from the one that includes it. */
function settingsPaths(place: { config: string; folder: string; commonDir: string }): string[] {
  const text = readSmallFile(place.config);
  if (text === undefined || !/hookspath|\[include/i.test(text)) {
    return [];
  }
  const paths: string[] = [];
  let section = "";
  for (const line of text.split("\n")) {
    section = /^\s*\[\s*([\w.-]+)/.exec(line)?.[1]?.toLowerCase() ?? section;
    const [, name = "", value = ""] =
      /^\s*(?:\[[^\]]*\])?\s*([\w-]+)\s*=\s*"?([^"#;]*?)"?\s*(?:[#;].*)?$/.exec(line) ?? [];
    if (value === "" || value.startsWith("~")) {
      continue;
    }
    if (section === "core" && name.toLowerCase() === "hookspath") {
      const hooks = resolve(place.folder, value);
      // husky keeps its own scripts in `_`, and the user's beside it.
      paths.push(hooks, ...(hooks.endsWith("/_") ? [resolve(hooks, "..")] : []));
    } else if (section.startsWith("include") && name.toLowerCase() === "path") {
      paths.push(resolve(place.commonDir, value));
    }
  }
  return paths;
}
