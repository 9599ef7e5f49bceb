import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readlink, realpath, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemCode } from "./snapshot.ts";

/**
 * A folder that is held open while files in it are written. A command still running in the background can put a link
 * in a folder's place after the write was allowed; through what is held, the write lands where it was allowed or fails.
 */
export interface HeldFolder {
  /** A path to the name in this very folder, wherever its own path leads by now. */
  at(name: string): string;
  close(): Promise<void>;
}

export type Undo = () => Promise<void>;

/** Makes the folder where it is missing. undefined: its path leads elsewhere than it did. */
export async function holdFolder(folder: string, undo: Undo[]): Promise<HeldFolder | undefined> {
  const present = await openFolder(folder, folder);
  if (present !== "missing") {
    return present;
  }
  const parent = await holdFolder(dirname(folder), undo);
  if (parent === undefined) {
    return undefined;
  }
  const made = await makeFolder(folder, parent, undo).catch(async (error: unknown) => {
    await parent.close();
    throw error;
  });
  if (made === undefined) {
    await parent.close();
    return undefined;
  }
  return {
    at: made.at,
    async close() {
      await made.close();
      await parent.close();
    },
  };
}

async function makeFolder(folder: string, parent: HeldFolder, undo: Undo[]): Promise<HeldFolder | undefined> {
  const path = parent.at(basename(folder));
  await mkdir(path);
  undo.push(() => rmdir(path));
  const made = await openFolder(path, folder);
  return made === "missing" ? undefined : made;
}

/** Not in Node's list. It needs no right to read the folder. */
const O_PATH = 0x200000;
const FLAGS = constants.O_DIRECTORY | constants.O_NOFOLLOW;

async function openFolder(path: string, expected: string): Promise<HeldFolder | "missing" | undefined> {
  if (process.platform !== "linux") {
    return await plainFolder(expected);
  }
  let handle: FileHandle;
  try {
    handle = await open(path, FLAGS | O_PATH);
  } catch (error) {
    if (systemCode(error) === "ENOENT") {
      return "missing";
    }
    throw error;
  }
  const own = `/proc/self/fd/${handle.fd}`;
  const actual = await readlink(own).catch(() => undefined);
  if (actual === undefined) {
    await handle.close();
    return await plainFolder(expected);
  }
  if (actual !== expected) {
    await handle.close();
    return undefined;
  }
  return { at: (name: string) => join(own, name), close: () => handle.close() };
}

/** Where the system gives no path to what is open: all that can be said is where the path leads now. */
async function plainFolder(folder: string): Promise<HeldFolder | "missing" | undefined> {
  const real = await realpath(folder).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") {
      return "missing" as const;
    }
    throw error;
  });
  if (real === "missing") {
    return real;
  }
  if (!(await stat(folder)).isDirectory()) {
    throw Object.assign(new Error("not a directory"), { code: "ENOTDIR" });
  }
  return real === folder ? { at: (name: string) => join(folder, name), close: async () => {} } : undefined;
}
