import { constants } from "node:fs";
import {
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readlink,
  realpath,
  rename,
  rmdir,
  symlink,
  unlink,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { type FileSnapshot, systemCode } from "./snapshot.ts";

/** One write in two steps: the new content is laid beside its target, then put in its place. */

export type Undo = () => Promise<void>;

export interface StagedWrite {
  /** Gives the reason where the target is no longer what the change was worked out from; then it is left alone. */
  perform(undo: Undo[]): Promise<string | undefined>;
}

interface Write {
  readonly target: string;
  readonly before: FileSnapshot | null;
  readonly after: string | null;
  readonly mode?: number;
}

export async function stageWrite(write: Write, undo: Undo[]): Promise<StagedWrite> {
  const { target, before, after } = write;
  if (after === null) {
    return { perform: (done) => remove(target, before, done) };
  }
  await createFolders(dirname(target), undo);
  const temporary = await writeBeside(target, after, before, write.mode ?? before?.mode);
  undo.push(() => unlinkIfThere(temporary));
  return {
    perform: (done) =>
      before === null ? create(temporary, target, done) : replace(temporary, target, before, done),
  };
}

async function create(temporary: string, target: string, undo: Undo[]): Promise<string | undefined> {
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
  target: string,
  before: FileSnapshot,
  undo: Undo[],
): Promise<string | undefined> {
  if (!(await isStill(target, before))) {
    return CHANGED;
  }
  await rename(temporary, target);
  undo.push(() => putBack(target, before));
  return undefined;
}

async function remove(
  target: string,
  before: FileSnapshot | null,
  undo: Undo[],
): Promise<string | undefined> {
  const found = await lstat(target);
  if (before !== null && !(await isStill(await realpath(target), before))) {
    return CHANGED;
  }
  const leadsTo = found.isSymbolicLink() ? await readlink(target) : undefined;
  await unlink(target);
  if (leadsTo !== undefined) {
    undo.push(() => symlink(leadsTo, target));
  } else if (before !== null) {
    undo.push(() => putBack(target, before));
  }
  return undefined;
}

const CHANGED = "the file has changed on disk in this moment; read it again";
const APPEARED = "a file of this name has appeared in this moment; read it first";

/** Compared by its bytes: times and inodes change without the content, and stay with it on some file systems. */
async function isStill(target: string, before: FileSnapshot): Promise<boolean> {
  if (target !== before.target) {
    return false;
  }
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

async function putBack(target: string, before: FileSnapshot): Promise<void> {
  const temporary = await writeBeside(target, before.bytes, before, before.mode);
  try {
    await rename(temporary, target);
  } catch (error) {
    await unlinkIfThere(temporary);
    throw error;
  }
}

/** Readers of the target see the old file or the new one, never a half. Leaves nothing behind where it fails. */
async function writeBeside(
  target: string,
  content: string | Uint8Array,
  owner: FileSnapshot | null,
  mode: number | undefined,
): Promise<string> {
  const temporary = join(dirname(target), `.leat-${crypto.randomUUID()}.tmp`);
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

/** Step by step: where a folder can't be made though its parent is there (/proc), Node's own way never ends. */
export async function createFolders(folder: string, undo: Undo[]): Promise<void> {
  const exists = await lstat(folder).then(
    () => true,
    () => false,
  );
  if (!exists) {
    await createFolders(dirname(folder), undo);
    await mkdir(folder);
    undo.push(() => rmdir(folder));
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (systemCode(error) !== "ENOENT") {
      throw error;
    }
  });
}
