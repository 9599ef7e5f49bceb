import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** A file of lines that only grows, with one older file beside it: so much each, and no more. */
export interface LineFile {
  readonly path: string;
  /** One line, with its line feed. Returns why it could not be written, if so. */
  append(line: string): string | undefined;
  close(): void;
}

type OpenedLineFile =
  | { readonly ok: true; readonly file: LineFile }
  | { readonly ok: false; readonly path: string; readonly reason: string };

const MAX_LOG_BYTES = 10 * 2 ** 20;

/** `log/leat.log` in the home. */
export function openLogFile(home: string, maxBytes = MAX_LOG_BYTES): OpenedLineFile {
  return openLineFile([home, "log", "leat.log"], maxBytes);
}

/** About twenty thousand responses. */
const MAX_STATS_BYTES = 5 * 2 ** 20;

/** `leat/stats.jsonl` in the home. */
export function statsFile(home: string): {
  open(maxBytes?: number): OpenedLineFile;
  /** All lines that are kept, the oldest first; of a file that is not there, none. Throws the system's error. */
  read(): string[];
} {
  const path = join(home, "leat", "stats.jsonl");
  return {
    open: (maxBytes = MAX_STATS_BYTES) => openLineFile([home, "leat", "stats.jsonl"], maxBytes),
    read: () =>
      [`${path}.1`, path]
        .filter((file) => existsSync(file))
        .flatMap((file) => readFileSync(file, "utf8").split("\n")),
  };
}

/** For its owner alone, whatever was there before. Several leats may write to it at a time, each line whole. */
function openLineFile(
  [home, name, file]: readonly [string, string, string],
  maxBytes: number,
): OpenedLineFile {
  const folder = join(home, name);
  const path = join(folder, file);
  let descriptor: number;
  try {
    for (const place of [home, folder].filter((wanted) => !existsSync(wanted))) {
      mkdirSync(place, { mode: 0o700 });
    }
    descriptor = openPrivate(path);
  } catch (error) {
    return { ok: false, path, reason: reasonOf(error) };
  }

  /** Another leat may have put the full file away already: then the new one is only to be opened. */
  function startAnew(): void {
    const ours = fstatSync(descriptor);
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.ino === ours.ino && there.dev === ours.dev) {
      renameSync(path, `${path}.1`);
    }
    const next = openPrivate(path);
    closeSync(descriptor);
    descriptor = next;
  }

  function append(line: string): string | undefined {
    try {
      const bytes = Buffer.from(line);
      const { size } = fstatSync(descriptor);
      if (size > 0 && size + bytes.length > maxBytes) {
        startAnew();
      }
      let written = 0;
      while (written < bytes.length) {
        written += writeSync(descriptor, bytes, written);
      }
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  }

  return { ok: true, file: { path, append, close: () => closeSync(descriptor) } };
}

/** Neither through a link, which may lead anywhere, nor into a pipe or device, which would hold up the run. */
function openPrivate(path: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const descriptor = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  const { mode } = fstatSync(descriptor);
  if ((mode & constants.S_IFMT) !== constants.S_IFREG) {
    closeSync(descriptor);
    throw new Error("it is no ordinary file");
  }
  if ((mode & 0o077) !== 0) {
    fchmodSync(descriptor, 0o600);
  }
  return descriptor;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
