import {
  access,
  constants,
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
import { basename, dirname, join } from "node:path";
import type { Sandbox } from "../../sandbox/index.ts";
import { type FileSnapshot, systemCode, systemReason } from "./snapshot.ts";

/** One file as it shall be. A path appears in at most one of the writes that are committed together. */
export interface PlannedWrite {
  /** Absolute, as it was named. */
  readonly path: string;
  /** Null where there is no file yet. */
  readonly before: FileSnapshot | null;
  /** Null removes the file. */
  readonly after: string | null;
  /** For a file that comes to a new place; else that of `before`. */
  readonly mode?: number;
}

export type CommitResult =
  | { readonly kind: "committed" }
  | { readonly kind: "failed"; readonly message: string };

/** All of the writes or none: every target is checked before the first, and a failure undoes what was done. */
export async function commitWrites(writes: readonly PlannedWrite[], sandbox: Sandbox): Promise<CommitResult> {
  const located: LocatedWrite[] = [];
  for (const write of writes) {
    const place = await locate(write);
    if (place.kind === "failed") {
      return place;
    }
    const refusal = refusedWrite(sandbox, write.path) ?? refusedWrite(sandbox, place.target);
    if (refusal !== undefined) {
      return { kind: "failed", message: refusal };
    }
    located.push({ ...write, target: place.target });
  }

  const undo: Undo[] = [];
  for (const write of located) {
    try {
      await perform(write, undo);
    } catch (error) {
      return {
        kind: "failed",
        message: `not written: ${write.path}: ${systemReason(error)}${await undoAll(undo)}`,
      };
    }
  }
  return { kind: "committed" };
}

/** What the model is told of a path it may not write, or undefined if it may. */
function refusedWrite(sandbox: Sandbox, path: string): string | undefined {
  const check = sandbox.checkWrite(path);
  if (check.allowed) {
    return undefined;
  }
  switch (check.reason) {
    case "read-only":
      return "not written: the sandbox is read-only";
    case "outside":
      return `not written: ${path} is outside the writable folders`;
    case "protected":
      return `not written: ${path} is protected (${protectedPart(path)} is read-only)`;
    default:
      return check.reason satisfies never;
  }
}

function protectedPart(path: string): string {
  return path.split("/").find((part) => /^\.(git|codex)$/i.test(part)) ?? basename(path);
}

interface LocatedWrite extends PlannedWrite {
  /** The true file, links resolved. */
  readonly target: string;
}

type Undo = () => Promise<void>;
type Place =
  | { readonly kind: "found"; readonly target: string }
  | { readonly kind: "failed"; readonly message: string };

async function locate(write: PlannedWrite): Promise<Place> {
  try {
    // Removing takes the link, writing goes through to the file it leads to.
    if (write.before !== null && write.after !== null) {
      await access(write.before.target, constants.W_OK);
      return { kind: "found", target: write.before.target };
    }
    const folder = await realFolder(dirname(write.path));
    return { kind: "found", target: join(folder, basename(write.path)) };
  } catch (error) {
    return { kind: "failed", message: `not written: ${write.path}: ${systemReason(error)}` };
  }
}

/** The true place of a folder of which the last parts may not exist yet. */
async function realFolder(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    if (systemCode(error) !== "ENOENT" || parent === path) {
      throw error;
    }
    // A link that leads nowhere must not be taken for a name that is still free.
    const isLink = await lstat(path).then(
      () => true,
      () => false,
    );
    if (isLink) {
      throw error;
    }
    return join(await realFolder(parent), basename(path));
  }
}

async function perform(write: LocatedWrite, undo: Undo[]): Promise<void> {
  const { target, before, after } = write;
  if (after === null) {
    await remove(target, before, undo);
    return;
  }
  await createFolders(dirname(target), undo);
  const mode = write.mode ?? before?.mode;
  await replaceFile(target, after, before, mode);
  undo.push(() =>
    before === null ? unlink(target) : replaceFile(target, before.bytes, before, before.mode),
  );
}

async function remove(target: string, before: FileSnapshot | null, undo: Undo[]): Promise<void> {
  const found = await lstat(target);
  const link = found.isSymbolicLink() ? await readlink(target) : undefined;
  await unlink(target);
  if (link !== undefined) {
    undo.push(() => symlink(link, target));
  } else if (before !== null) {
    undo.push(() => replaceFile(target, before.bytes, before, before.mode));
  }
}

/** Step by step: where a folder can't be made though its parent is there (/proc), Node's own way never ends. */
async function createFolders(folder: string, undo: Undo[]): Promise<void> {
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

/** Readers see the old file or the new one, never a half: written beside it, then put in its place. */
async function replaceFile(
  target: string,
  content: string | Uint8Array,
  owner: FileSnapshot | null,
  mode: number | undefined,
): Promise<void> {
  const temporary = join(dirname(target), `.leat-${crypto.randomUUID()}.tmp`);
  const handle = await open(temporary, "wx", 0o666);
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
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

/** Root edits the files of others; who is not root can't give a file away and need not. */
async function keepOwner(handle: Awaited<ReturnType<typeof open>>, owner: FileSnapshot): Promise<void> {
  const made = await handle.stat();
  if (made.uid === owner.uid && made.gid === owner.gid) {
    return;
  }
  await handle.chown(owner.uid, owner.gid).catch(() => {});
}

/** Says what is left, if anything could not be put back. */
async function undoAll(undo: readonly Undo[]): Promise<string> {
  const failures: string[] = [];
  for (const step of undo.toReversed()) {
    await step().catch((error: unknown) => failures.push(systemReason(error)));
  }
  if (failures.length > 0) {
    return ` (earlier changes could not all be undone: ${failures.join(", ")})`;
  }
  return undo.length > 0 ? " (earlier changes were undone)" : "";
}
