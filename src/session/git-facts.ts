import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";

/** packed-refs of a very large repository. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** What the rollout notes of the repository; the names are Codex's. */
export interface GitFacts {
  readonly commit_hash?: string;
  readonly branch?: string;
  readonly repository_url?: string;
}

/** The nearest folder at or above `directory` that holds `.git`, be it a folder or a worktree's file. */
export function findRepositoryRoot(directory: string): string | undefined {
  for (let current = directory; ; current = dirname(current)) {
    if (isRepository(join(current, ".git"))) {
      return current;
    }
    if (dirname(current) === current) {
      return undefined;
    }
  }
}

/** Read from git's own files: starting a process would delay the first request. Undefined outside a repository. */
export function readGitFacts(directory: string): GitFacts | undefined {
  const root = findRepositoryRoot(directory);
  if (root === undefined) {
    return undefined;
  }
  const gitDirectory = resolveGitDirectory(root);
  const commonFile = read(join(gitDirectory, "commondir"));
  const commonDirectory = commonFile === undefined ? gitDirectory : resolve(gitDirectory, commonFile.trim());
  const head = read(join(gitDirectory, "HEAD"))?.trim() ?? "";
  const reference = /^ref: (refs\/\S+)$/.exec(head)?.[1];
  const found = reference === undefined ? head : findCommit([gitDirectory, commonDirectory], reference);
  const commit = found !== undefined && /^[0-9a-f]{40,64}$/.test(found) ? found : undefined;
  // A branch without a commit does not exist yet: Codex writes nothing of it.
  const branch =
    commit !== undefined && reference?.startsWith("refs/heads/")
      ? reference.slice("refs/heads/".length)
      : undefined;
  const url = findOriginUrl(read(join(commonDirectory, "config")) ?? "");
  return {
    ...(commit === undefined ? {} : { commit_hash: commit }),
    ...(branch === undefined ? {} : { branch }),
    ...(url === undefined ? {} : { repository_url: url }),
  };
}

function resolveGitDirectory(root: string): string {
  const path = join(root, ".git");
  const pointer = /^gitdir: (.+)$/m.exec(read(path) ?? "")?.[1]?.trim();
  if (pointer === undefined) {
    return path;
  }
  return isAbsolute(pointer) ? pointer : resolve(root, pointer);
}

function findCommit(directories: readonly string[], reference: string): string | undefined {
  for (const directory of directories) {
    const loose = read(join(directory, reference))?.trim();
    if (loose !== undefined) {
      return loose;
    }
    const packed = read(join(directory, "packed-refs")) ?? "";
    const line = packed.split("\n").find((entry) => entry.endsWith(` ${reference}`));
    if (line !== undefined) {
      return line.split(" ", 1)[0];
    }
  }
  return undefined;
}

function findOriginUrl(config: string): string | undefined {
  const section = /\[remote "origin"\]([^[]*)/.exec(config)?.[1] ?? "";
  const url = /^\s*url\s*=\s*(\S+)\s*$/m.exec(section)?.[1];
  // A token in the URL is a secret and must not reach the session file.
  return url?.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, "$1");
}

/**
 * Like Codex, by the name alone; but a folder with nothing in it than leat's own marks is a place that a running
 * command holds (`sandbox/placeholder.ts`), or that a killed leat has left.
 */
function isRepository(path: string): boolean {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) {
      return false;
    }
    const names = stats.isDirectory() ? readdirSync(path) : [];
    return names.length === 0 || !names.every((name) => name.startsWith(".leat-"));
  } catch {
    // A folder above may be closed to this user.
    return false;
  }
}

/** Only regular files of a size that git's own have: anything else could block, or never end. */
function read(path: string): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() && stats.size <= MAX_FILE_BYTES ? readFileSync(path, "utf8") : undefined;
  } catch {
    return undefined;
  }
}
