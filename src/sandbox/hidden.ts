/** Files with secrets: no tool in this process and no confined command may read them. */
import { fileIdentity, isDirectory, landingPlace, realPath } from "./disk.ts";

export interface Hiding {
  /** Real paths of those that exist by now. */
  existing(): string[];
  covers(path: string): boolean;
}

/**
 * What a process was started with and what it holds in memory, our own keys for one. Commands see no foreign
 * process, but a tool in this one would see them all.
 */
const PROCESS_SECRETS = /^\/proc\/[^/]+\/(?:task\/[^/]+\/)?(?:environ|mem)$/;

export function createHiding(hiddenFiles: readonly string[]): Hiding {
  return {
    existing: () => {
      const found = hiddenFiles.flatMap((file) => realPath(file) ?? []);
      // A folder of that name is no file with secrets, and can't be covered by one.
      return [...new Set(found)].filter((path) => !isDirectory(path));
    },
    covers(path) {
      const place = landingPlace(path);
      if (place === undefined) {
        return false;
      }
      if (PROCESS_SECRETS.test(place)) {
        return true;
      }
      // A file also has other names: hard links, and other cases of its letters on a Mac.
      const identity = fileIdentity(place);
      return hiddenFiles.some((file) => {
        const hidden = landingPlace(file);
        if (hidden === undefined) {
          return false;
        }
        return hidden === place || (identity !== undefined && fileIdentity(hidden) === identity);
      });
    },
  };
}
