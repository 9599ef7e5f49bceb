import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readGit } from "./git.ts";
import { done, hindered, type Limit, type Outcome } from "./outcome.ts";
import { type BytePath, fromText, joinNul, shown, splitNul } from "./paths.ts";
import { indexIn } from "./state-of-files.ts";
import type { Store } from "./workspace.ts";

export interface Scan {
  /** Changed, gone or new since the index was written; some may turn out to be the same. */
  readonly paths: readonly BytePath[];
  /** Repositories below the root of which the index has no file, each with a `/` at its end. */
  readonly repositories: readonly BytePath[];
}

export interface ScanCall {
  /** Holds the index to compare with. */
  readonly folder: string;
  readonly limit: Limit;
}

/** Looks at every file's facts and reads no content. */
export async function scanWorkspace(store: Store, { folder, limit }: ScanCall): Promise<Outcome<Scan>> {
  const index = indexIn(folder);
  const [changed, others] = await Promise.all([
    readGit(store, {
      arguments: ["diff-files", "--name-only", "-z", "--ignore-submodules=all", "--no-ext-diff"],
      index,
      output: join(folder, "changed"),
      limit,
    }),
    listOthers(store, { index, output: join(folder, "others"), limit }),
  ]);
  if (!changed.ok) {
    return changed;
  }
  if (!others.ok) {
    return others;
  }
  const isRepository = (path: BytePath) => path.endsWith("/");
  return done({
    paths: [...new Set([...splitNul(changed.value), ...others.value.filter((path) => !isRepository(path))])],
    repositories: others.value.filter(isRepository),
  });
}

/** Files that are neither in the index nor ignored. */
async function listOthers(
  store: Store,
  call: { index: string; output: string; limit: Limit; workTree?: string },
): Promise<Outcome<BytePath[]>> {
  const listed = await readGit(store, {
    arguments: ["ls-files", "--others", "--exclude-standard", "-z"],
    ...call,
  });
  return listed.ok ? done(splitNul(listed.value)) : listed;
}

/** Each takes a process, at its first time: from then on git walks through it like through any folder. */
const MAX_NEW_REPOSITORIES = 20;

export interface BelowRepositories {
  readonly files: readonly BytePath[];
  readonly walked: readonly BytePath[];
  /** There are too many. */
  readonly uncovered: readonly BytePath[];
}

/** The files of repositories below the root (submodules, clones), and of those within them. */
export async function scanRepositories(
  store: Store,
  { repositories, folder, limit }: ScanCall & Pick<Scan, "repositories">,
): Promise<Outcome<BelowRepositories>> {
  const files: BytePath[] = [];
  const walked: BytePath[] = [];
  // A folder can only be named to git as text.
  const [queue, uncovered] = [repositories.filter(isText), repositories.filter((path) => !isText(path))];
  while (walked.length < MAX_NEW_REPOSITORIES) {
    const repository = queue.shift();
    if (repository === undefined) {
      break;
    }
    walked.push(repository);
    const listed = await listOthers(store, {
      index: join(folder, "no-index"),
      output: join(folder, "others-below"),
      workTree: join(store.root, shown(repository)),
      limit,
    });
    if (!listed.ok) {
      return listed;
    }
    for (const path of listed.value) {
      (path.endsWith("/") ? queue : files).push(`${repository}${path}`);
    }
  }
  return done({ files, walked, uncovered: [...uncovered, ...queue] });
}

function isText(path: BytePath): boolean {
  return fromText(shown(path)) === path;
}

/** Files that the user's own repository has in spite of a pattern that leaves them out. */
export async function scanForcedFiles(
  store: Store,
  { index, folder, limit }: ScanCall & { readonly index: string },
): Promise<Outcome<BytePath[]>> {
  const listed = await readGit(store, {
    arguments: ["ls-files", "--cached", "--ignored", "--exclude-standard", "-z"],
    index,
    output: join(folder, "forced"),
    limit,
  });
  // The user's index may be of a kind that can't be read from here (split, or with SHA-256): then they are not covered.
  return listed.ok || listed.obstacle.kind === "failed"
    ? done(listed.ok ? splitNul(listed.value) : [])
    : listed;
}

/**
 * What is left out at the start, into a file: should the turn change the patterns, such files come into sight, and must not be
 * taken for files that it made.
 */
export async function listIgnored(
  store: Store,
  { folder, output, limit }: ScanCall & { readonly output: string },
): Promise<Outcome<undefined>> {
  const listed = await readGit(store, {
    arguments: ["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"],
    index: indexIn(folder),
    output,
    limit,
  });
  return listed.ok ? done(undefined) : hindered(listed.obstacle);
}

/** Tells whether a path was left out, itself or with a folder above it. */
export function readIgnored(file: string, further: readonly BytePath[]): (path: BytePath) => boolean {
  let listed: Buffer;
  try {
    listed = readFileSync(file);
  } catch {
    listed = joinNul([]);
  }
  const names = [...splitNul(listed), ...further];
  const ignored = new Set(names);
  // A folder with nothing but ignored files in it is listed, too, before these; it is not ignored itself.
  for (const name of names) {
    for (let at = name.lastIndexOf("/", name.length - 2); at > 0; at = name.lastIndexOf("/", at - 1)) {
      ignored.delete(name.slice(0, at + 1));
    }
  }
  return (path) => {
    if (ignored.has(path)) {
      return true;
    }
    for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) {
      if (ignored.has(path.slice(0, at + 1))) {
        return true;
      }
    }
    return false;
  };
}
