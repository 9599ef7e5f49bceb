/** One file back to what it was. Each is written beside its place and moved there; no symbolic link is followed on the way. */

import type { Stats } from "node:fs";
import { chmod, lchown, lstat, mkdir, open, readdir, rename, rmdir, symlink, unlink } from "node:fs/promises";
import type { Blobs } from "./blobs.ts";
import { absolutePath, type BytePath, foldersOf } from "./paths.ts";
import type { FileEntry } from "./state-of-files.ts";

/** Why a file is not as it was; undefined: it is. */
export type RestoreFailure =
  | { readonly kind: "link-in-path"; readonly path: BytePath }
  | { readonly kind: "folder-in-place" }
  | { readonly kind: "content-missing" }
  | { readonly kind: "system"; readonly detail: string };

export async function removeFile(root: string, path: BytePath): Promise<RestoreFailure | undefined> {
  return await withSystemErrors(async () => {
    const obstacle = await obstacleOnTheWay(root, path);
    if (obstacle !== undefined) {
      return obstacle.kind === "missing" ? undefined : obstacle;
    }
    await unlink(absolutePath(root, path)).catch(ignoreMissing);
    return undefined;
  });
}

/** Only folders that the turn brought, as far as that can be told: one that was there and empty stays. */
export async function removeEmptyFolders(
  root: string,
  path: BytePath,
  isBrought: (folder: BytePath, bornAtMs: number) => boolean,
): Promise<void> {
  for (const folder of foldersOf(path).reverse()) {
    const place = absolutePath(root, folder);
    const stats = await lstat(place).catch(() => undefined);
    const goes = stats?.isDirectory() === true && isBrought(folder, stats.birthtimeMs);
    if (!goes || (await readdir(place).catch(() => ["?"])).length > 0) {
      return;
    }
    await rmdir(place).catch(() => undefined);
  }
}

export async function writeFile(
  { root, path, entry }: { root: string; path: BytePath; entry: FileEntry },
  blobs: Blobs,
): Promise<RestoreFailure | undefined> {
  if (!blobs.has(entry.oid)) {
    return { kind: "content-missing" };
  }
  return await withSystemErrors(async () => {
    const obstacle = (await makeFolders(root, path)) ?? (await folderInPlace(root, path));
    if (obstacle !== undefined) {
      return obstacle;
    }
    const temporary = besides(path);
    const place = absolutePath(root, temporary);
    try {
      const present = await lstat(absolutePath(root, path)).catch(() => undefined);
      await (entry.kind === "link"
        ? symlink(await readWhole(blobs, entry.oid), place)
        : writeContent({ place, permissions: permissionsOf(entry, present) }, blobs.read(entry.oid)));
      await keepOwner(place, present ?? (await lstat(absolutePath(root, parentOf(path)))));
      // Between the first look and now a folder may have become a link.
      const late = await obstacleOnTheWay(root, path);
      if (late !== undefined) {
        await unlink(place).catch(ignoreMissing);
        return late.kind === "missing" ? { kind: "system", detail: "its folder went away" } : late;
      }
      await rename(place, absolutePath(root, path));
      return undefined;
    } catch (error) {
      await unlink(place).catch(() => undefined);
      throw error;
    }
  });
}

async function writeContent(
  { place, permissions }: { place: Buffer; permissions: number },
  content: AsyncIterable<Buffer>,
): Promise<void> {
  // For nobody else until it has its own permissions.
  const file = await open(place, "wx", 0o600);
  try {
    for await (const piece of content) {
      await file.writeFile(piece);
    }
  } finally {
    await file.close();
  }
  await chmod(place, permissions);
}

/** As it was where that was uncommon, else as the file is now, else as the user's umask has it; what may run it comes from the entry. */
function permissionsOf(entry: FileEntry, present: Stats | undefined): number {
  if (entry.permissions !== undefined) {
    return entry.permissions;
  }
  const plain = (present?.isFile() === true ? present.mode & 0o777 : 0o666 & ~process.umask()) & ~0o111;
  // Whoever may read it may run it.
  return entry.kind === "executable" ? plain | ((plain & 0o444) >> 2) : plain;
}

/** Where leat runs as root, or the file is a group's. */
async function keepOwner(place: Buffer, model: Stats): Promise<void> {
  const own = await lstat(place);
  if (own.uid !== model.uid || own.gid !== model.gid) {
    await lchown(place, model.uid, model.gid).catch(() => undefined);
  }
}

type OnTheWay = RestoreFailure | { readonly kind: "missing" };

/** Something else than folders between the root and the file. */
async function obstacleOnTheWay(root: string, path: BytePath): Promise<OnTheWay | undefined> {
  for (const folder of foldersOf(path)) {
    const stats = await lstat(absolutePath(root, folder)).catch(() => undefined);
    if (stats === undefined) {
      return { kind: "missing" };
    }
    if (!stats.isDirectory()) {
      return { kind: "link-in-path", path: folder };
    }
  }
  return undefined;
}

async function makeFolders(root: string, path: BytePath): Promise<RestoreFailure | undefined> {
  for (const folder of foldersOf(path)) {
    const place = absolutePath(root, folder);
    const stats = await lstat(place).catch(() => undefined);
    if (stats === undefined) {
      await mkdir(place);
      await keepOwner(place, await lstat(absolutePath(root, parentOf(folder))));
    } else if (!stats.isDirectory()) {
      return { kind: "link-in-path", path: folder };
    }
  }
  return undefined;
}

async function folderInPlace(root: string, path: BytePath): Promise<RestoreFailure | undefined> {
  const stats = await lstat(absolutePath(root, path)).catch(() => undefined);
  return stats?.isDirectory() === true ? { kind: "folder-in-place" } : undefined;
}

function parentOf(path: BytePath): BytePath {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}

function besides(path: BytePath): BytePath {
  const name = `.leat-undo-${crypto.randomUUID()}`;
  return path.includes("/") ? `${parentOf(path)}/${name}` : name;
}

async function readWhole(blobs: Blobs, oid: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of blobs.read(oid)) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function withSystemErrors(
  action: () => Promise<RestoreFailure | undefined>,
): Promise<RestoreFailure | undefined> {
  try {
    return await action();
  } catch (error) {
    return { kind: "system", detail: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") {
    throw error;
  }
}
