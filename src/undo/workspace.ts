import { createHash } from "node:crypto";
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, sep } from "node:path";
import type { SnapshotObstacle } from "../protocol/index.ts";

/** What cli hands in: where to work, and how to run git. */
export interface UndoPlace {
  /** leat's home. */
  readonly home: string;
  readonly userHome: string;
  /** The repository's root, else the working directory; absolute, symlinks resolved. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Further folders that commands of the model may write to: no program is taken from there. */
  readonly writableFolders: readonly string[];
  readonly run: RunProgram;
}

/** `runUnconfined` of the sandbox, as far as it is used here. */
type RunProgram = (
  argv: readonly string[],
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  },
) => Promise<
  | {
      readonly kind: "exited";
      readonly exitCode: number;
      readonly timedOut: boolean;
      readonly output: { readonly text: string };
    }
  | { readonly kind: "aborted" }
  | { readonly kind: "not-started"; readonly reason: string }
>;

/** The shadow git directory of one workspace. */
export interface Store extends UndoPlace {
  readonly directory: string;
  readonly git: string;
  /** For every program started: the folders git may come from, and nothing else of the user's variables. */
  readonly searchPath: string;
}

export type LocatedStore =
  | { readonly kind: "store"; readonly store: Store }
  | { readonly kind: "obstacle"; readonly obstacle: SnapshotObstacle };

export function locateStore(place: UndoPlace): LocatedStore {
  if (isAtOrAbove(place.root, realPath(place.userHome))) {
    return { kind: "obstacle", obstacle: { kind: "too-broad", root: place.root } };
  }
  const folders = trustedFolders(place);
  const git = folders.map((folder) => join(folder, "git")).find(isProgram);
  if (git === undefined) {
    return { kind: "obstacle", obstacle: { kind: "git-missing" } };
  }
  const directory = join(place.home, "leat", "undo", storeName(place.root));
  return { kind: "store", store: { ...place, directory, git, searchPath: folders.join(":") } };
}

/** A name a person can recognise, and a hash that makes it the only one. */
function storeName(root: string): string {
  const hash = createHash("sha256").update(root).digest("hex").slice(0, 16);
  const name = basename(root)
    .replace(/[^A-Za-z0-9._-]+/g, "_")
    .replace(/^\.+/, "")
    .slice(0, 40);
  return `${name === "" ? "root" : name}-${hash}`;
}

/** A `git` that the model could have written, in `node_modules/.bin` for one, must not run outside the sandbox. */
function trustedFolders({ env, root, writableFolders }: UndoPlace): string[] {
  const untrusted = [root, ...writableFolders].map(realPath);
  const folders = (env["PATH"] ?? "").split(":").filter((folder) => isAbsolute(folder));
  return folders.filter((folder) => !untrusted.some((place) => isAtOrAbove(place, realPath(folder))));
}

export function isAtOrAbove(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** Of what is missing, the nearest folder that is there counts. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : join(realPath(dirname(path)), basename(path));
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
