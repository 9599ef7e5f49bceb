/** Secrets: no tool in this process and no confined command may read them. */
import {
  fileIdentity,
  hasOtherNames,
  isDirectory,
  isReachable,
  landingPlace,
  linkStatus,
  realPath,
} from "./disk.ts";
import { contains } from "./policy.ts";

export interface HidingOptions {
  /** Files that stay hidden whatever else is said. */
  readonly files: readonly string[];
  /** Files and folders; what the user has chosen to work in, and is in or at such a folder, is shown. */
  readonly paths: readonly string[];
  /** Real paths of the folders the user has chosen to work in. */
  readonly shownFolders: readonly string[];
}

export interface Hiding {
  /** Real paths of those that exist by now. */
  existing(): { readonly hiddenFiles: readonly string[]; readonly hiddenFolders: readonly string[] };
  covers(path: string): boolean;
}

/**
 * What a process was started with and what it holds in memory, our own keys for one. Commands see no foreign
 * process, but a tool in this one would see them all.
 */
const PROCESS_SECRETS = /^\/proc\/[^/]+\/(?:task\/[^/]+\/)?(?:environ|mem)$/;

export function createHiding({ files, paths, shownFolders }: HidingOptions): Hiding {
  // What was once found stays hidden: a link on the way to it may be changed by a command.
  const places = { files: new Set<string>(), paths: new Set<string>() };
  const look = (which: "all" | "existing") => {
    addPlaces(files, places.files, which);
    addPlaces(paths, places.paths, which);
  };
  look("all");

  const isCoveredBy = (folder: string, path: string) =>
    contains(folder, path) && !shownFolders.some((shown) => contains(folder, shown) && contains(shown, path));

  return {
    existing() {
      look("existing");
      const all = [...new Set([...places.files, ...places.paths])].filter(
        (path) => linkStatus(path) !== undefined && isReachable(path),
      );
      // A folder of the name of a file with secrets is none, and can't be covered by one.
      const folders = all.filter((path) => isDirectory(path) && places.paths.has(path));
      const outermost = (path: string) =>
        !folders.some((folder) => folder !== path && isCoveredBy(folder, path));
      return {
        hiddenFiles: all.filter((path) => !isDirectory(path) && outermost(path)),
        hiddenFolders: folders.filter((path) => outermost(path) && isCoveredBy(path, path)),
      };
    },
    covers(path) {
      const place = landingPlace(path);
      if (place === undefined) {
        return false;
      }
      look("existing");
      if (PROCESS_SECRETS.test(place) || places.files.has(place)) {
        return true;
      }
      const hidden = [...places.paths];
      if (hidden.some((folder) => isCoveredBy(folder, place))) {
        return true;
      }
      // A file also has other names: hard links, and other cases of its letters on a Mac.
      const others = mayHaveOtherNames(place) ? [...places.files, ...hidden] : [...places.files];
      const identity = fileIdentity(place);
      return identity !== undefined && others.some((other) => fileIdentity(other) === identity);
    },
  };
}

/** Asked first, since it is asked of every file a search looks into. */
function mayHaveOtherNames(path: string): boolean {
  return process.platform === "darwin" || hasOtherNames(path);
}

/** Where each leads by now; what is not there yet must not be made either, but to find its place takes time. */
function addPlaces(named: readonly string[], places: Set<string>, which: "all" | "existing"): void {
  for (const path of named) {
    if (which === "existing" && linkStatus(path) === undefined) {
      continue;
    }
    const place = realPath(path) ?? landingPlace(path);
    if (place !== undefined) {
      places.add(place);
    }
  }
}
