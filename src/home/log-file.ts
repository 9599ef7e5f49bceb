import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** `log/leat.log` in the home, with one older file beside it: so much each, and no more. */
const MAX_LOG_BYTES = 10 * 2 ** 20;

export interface LogFile {
  readonly path: string;
  /** One line, with its line feed. Returns why it could not be written, if so. */
  append(line: string): string | undefined;
  close(): void;
}

type OpenedLogFile =
  | { readonly ok: true; readonly file: LogFile }
  | { readonly ok: false; readonly path: string; readonly reason: string };

/** For its owner alone, whatever was there before. Several leats may write to it at a time, each line whole. */
export function openLogFile(home: string, maxBytes = MAX_LOG_BYTES): OpenedLogFile {
  const folder = join(home, "log");
  const path = join(folder, "leat.log");
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
