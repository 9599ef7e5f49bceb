import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";

/** Longer than any operation goes without a sign of life. */
const STALE_AFTER_MS = 60_000;
const POLL_MS = 20;

export interface Lock {
  /** Said now and then by what takes long. */
  touch(): void;
  release(): void;
}

/** One process at a time works on a store. Undefined: another one did so all the time that there was to wait. */
export async function takeLock(path: string, waitMs: number): Promise<Lock | undefined> {
  const content = `${process.pid} ${crypto.randomUUID()}\n`;
  const endsAtMs = performance.now() + waitMs;
  for (;;) {
    if (create(path, content)) {
      return {
        touch() {
          if (readOwner(path) === content) {
            const now = new Date();
            utimesSync(path, now, now);
          }
        },
        release() {
          if (readOwner(path) === content) {
            rmSync(path, { force: true });
          }
        },
      };
    }
    removeStale(path);
    if (performance.now() >= endsAtMs) {
      return undefined;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function create(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { mode: 0o600, flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      return false;
    }
    throw error;
  }
}

/** Its owner was killed. Moved aside first and looked at again: another process may have done the same a moment ago. */
function removeStale(path: string): void {
  const owner = readOwner(path);
  if (owner === undefined || !isStale(path, owner)) {
    return;
  }
  const aside = `${path}.${crypto.randomUUID()}`;
  try {
    renameSync(path, aside);
    if (readOwner(aside) !== owner) {
      linkSync(aside, path);
    }
  } catch {
    // Someone else was faster, either way.
  } finally {
    rmSync(aside, { force: true });
  }
}

function isStale(path: string, owner: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    return false;
  }
  const ageMs = Date.now() - stats.mtimeMs;
  // A file without a word may be one that is about to get it.
  return ageMs > STALE_AFTER_MS || (owner !== "" && !isAlive(Number.parseInt(owner, 10)));
}

function readOwner(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) {
    return false;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
