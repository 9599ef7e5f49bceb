import { constants } from "node:fs";
import { type FileHandle, link, lstat, open, readlink, rename, symlink, unlink } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { type HeldFolder, holdFolder, type Undo } from "./held-folder.ts";
import { type FileSnapshot, systemCode } from "./snapshot.ts";

/** One write in two steps: the new content is laid beside its target, then put in its place. */

export type StagedWrite =
  | {
      readonly kind: "staged";
      /** Gives the reason where the target is no longer what the change was worked out from; then it is left alone. */
      perform(): Promise<string | undefined>;
    }
  | { readonly kind: "failed"; readonly reason: string };

interface Write {
  readonly target: string;
  readonly before: FileSnapshot | null;
  readonly after: string | null;
  readonly mode?: number;
}

/** `held` is to be closed when all is done or undone. */
export async function stageWrite(
  write: Write,
  { undo, held }: { readonly undo: Undo[]; readonly held: Map<string, HeldFolder> },
): Promise<StagedWrite> {
  const { before, after } = write;
  // Once for all of its files: what may be open at a time is limited.
  const path = dirname(write.target);
  const folder = held.get(path) ?? (await holdFolder(path, undo));
  if (folder === undefined) {
    return { kind: "failed", reason: CHANGED };
  }
  held.set(path, folder);
  const place: Place = { folder, name: basename(write.target), undo };
  if (after === null) {
    return { kind: "staged", perform: () => remove(place, before) };
  }
  const temporary = await writeBeside(folder, after, before, write.mode ?? before?.mode);
  undo.push(() => unlinkIfThere(temporary));
  return {
    kind: "staged",
    perform: () => (before === null ? create(temporary, place) : replace(temporary, place, before)),
  };
}

interface Place {
  readonly folder: HeldFolder;
  readonly name: string;
  readonly undo: Undo[];
}

async function create(temporary: string, { folder, name, undo }: Place): Promise<string | undefined> {
  const target = folder.at(name);
  const found = await lstat(target).catch(() => undefined);
  if (found !== undefined) {
    return found.isDirectory() ? "Is a directory (os error 21)" : APPEARED;
  }
  // Unlike a renaming, a link never takes the place of a file that appears just now.
  const problem = await link(temporary, target).then(
    () => undefined,
    (error: unknown) => systemCode(error),
  );
  if (problem === "EEXIST") {
    return APPEARED;
  }
  if (problem !== undefined) {
    // Some file systems know no hard links.
    await rename(temporary, target);
  }
  undo.push(() => unlink(target));
  await unlinkIfThere(temporary);
  return undefined;
}

async function replace(
  temporary: string,
  { folder, name, undo }: Place,
  before: FileSnapshot,
): Promise<string | undefined> {
  if (!(await isStill(folder.at(name), before))) {
    return CHANGED;
  }
  await rename(temporary, folder.at(name));
  undo.push(() => putBack(folder, name, before));
  return undefined;
}

async function remove(
  { folder, name, undo }: Place,
  before: FileSnapshot | null,
): Promise<string | undefined> {
  const target = folder.at(name);
  const leadsTo = (await lstat(target)).isSymbolicLink() ? await readlink(target) : undefined;
  // Of a link only the link goes, whatever has become of the file.
  if (leadsTo === undefined && before !== null && !(await isStill(target, before))) {
    return CHANGED;
  }
  await unlink(target);
  if (leadsTo !== undefined) {
    undo.push(() => symlink(leadsTo, target));
  } else if (before !== null) {
    undo.push(() => putBack(folder, name, before));
  }
  return undefined;
}

const CHANGED = "the file has changed on disk in this moment; read it again";
const APPEARED = "a file of this name has appeared in this moment; read it first";

/** Compared by its bytes: times and inodes change without the content, and stay with it on some file systems. */
async function isStill(target: string, before: FileSnapshot): Promise<boolean> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(target, flags).catch(() => undefined);
  if (handle === undefined) {
    return false;
  }
  try {
    const found = await handle.stat();
    return (
      found.isFile() && found.size === before.bytes.length && before.bytes.equals(await handle.readFile())
    );
  } finally {
    await handle.close();
  }
}

async function putBack(folder: HeldFolder, name: string, before: FileSnapshot): Promise<void> {
  const temporary = await writeBeside(folder, before.bytes, before, before.mode);
  try {
    await rename(temporary, folder.at(name));
  } catch (error) {
    await unlinkIfThere(temporary);
    throw error;
  }
}

/** Readers of the target see the old file or the new one, never a half. Leaves nothing behind where it fails. */
async function writeBeside(
  folder: HeldFolder,
  content: string | Uint8Array,
  owner: FileSnapshot | null,
  mode: number | undefined,
): Promise<string> {
  const temporary = folder.at(`.leat-${crypto.randomUUID()}.tmp`);
  // From the start no more open than the file will be: it may hold what only its owner is to read.
  const handle = await open(temporary, "wx", mode === undefined ? 0o666 : mode & 0o777);
  try {
    try {
      await handle.writeFile(content);
      if (owner !== null) {
        await keepOwner(handle, owner);
      }
      // After the owner, since a change of owner clears set-id bits.
      if (mode !== undefined) {
        await handle.chmod(mode);
      }
    } finally {
      await handle.close();
    }
    return temporary;
  } catch (error) {
    await unlinkIfThere(temporary);
    throw error;
  }
}

/** Root edits the files of others; who is not root can't give a file away and need not. */
async function keepOwner(handle: FileHandle, owner: FileSnapshot): Promise<void> {
  const made = await handle.stat();
  if (made.uid === owner.uid && made.gid === owner.gid) {
    return;
  }
  await handle.chown(owner.uid, owner.gid).catch(() => {});
}

async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (systemCode(error) !== "ENOENT") {
      throw error;
    }
  });
}
