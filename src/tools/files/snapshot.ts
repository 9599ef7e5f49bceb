import { isUtf8 } from "node:buffer";
import { type FileHandle, lstat, open, realpath, stat } from "node:fs/promises";

/** A file of this size is no source text; reading it would only fill the memory. */
export const maxFileBytes = 16 * 1024 * 1024;

/** A regular file as it was when it was read. */
export interface FileSnapshot {
  /** Absolute, as it was named. */
  readonly path: string;
  /** The file itself, where `path` is or leads through a symbolic link. */
  readonly target: string;
  readonly bytes: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export type FileRead =
  | { readonly kind: "file"; readonly file: FileSnapshot }
  | { readonly kind: "missing" }
  | { readonly kind: "directory" }
  /** A device, pipe or socket: opening one may block or do something. */
  | { readonly kind: "special" }
  | { readonly kind: "too-large"; readonly bytes: number }
  | { readonly kind: "unreadable"; readonly reason: string };

export async function readSnapshot(path: string): Promise<FileRead> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return { kind: "directory" };
    if (!found.isFile()) return { kind: "special" };
    if (found.size > maxFileBytes) return { kind: "too-large", bytes: found.size };
    const target = await realpath(path);
    const bytes = await readBounded(target);
    if (bytes.length > maxFileBytes) return { kind: "too-large", bytes: bytes.length };
    const { mode, uid, gid } = found;
    return { kind: "file", file: { path, target, bytes, mode: mode & 0o7777, uid, gid } };
  } catch (error) {
    if (systemCode(error) !== "ENOENT") return { kind: "unreadable", reason: systemReason(error) };
    return (await isLink(path))
      ? { kind: "unreadable", reason: "broken symbolic link" }
      : { kind: "missing" };
  }
}

/** Files of /proc say they are empty and can be endless, so the size that was stated is not trusted. */
async function readBounded(path: string): Promise<Buffer> {
  const handle = await open(path, "r");
  try {
    return await readAtMost(handle, maxFileBytes + 1);
  } finally {
    await handle.close();
  }
}

async function readAtMost(handle: FileHandle, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  while (length < limit) {
    const { bytesRead, buffer } = await handle.read({
      buffer: Buffer.alloc(Math.min(262_144, limit - length)),
    });
    if (bytesRead === 0) break;
    parts.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
  }
  return Buffer.concat(parts, length);
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

export type FileText =
  /** `text` is without the byte order mark. */
  | { readonly kind: "text"; readonly text: string; readonly hasBom: boolean }
  /** Text in some older encoding; what isn't UTF-8 in it is replaced, so it must not be written back. */
  | { readonly kind: "not-utf8"; readonly text: string }
  | { readonly kind: "binary" };

export function decodeText(bytes: Buffer): FileText {
  if (bytes.includes(0)) return { kind: "binary" };
  const text = bytes.toString("utf8");
  if (!isUtf8(bytes)) return { kind: "not-utf8", text };
  const hasBom = text.startsWith(byteOrderMark);
  return { kind: "text", text: hasBom ? text.slice(1) : text, hasBom };
}

export function encodeText(text: string, hasBom: boolean): string {
  return hasBom ? byteOrderMark + text : text;
}

const byteOrderMark = "\ufeff";

/** In the words of the system, as Codex prints them, since models know these. */
export function systemReason(error: unknown): string {
  const code = systemCode(error);
  return knownReasons[code] ?? (code === "" ? String(error) : code);
}

export function systemCode(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

const knownReasons: Readonly<Record<string, string>> = {
  ENOENT: "No such file or directory (os error 2)",
  EACCES: "Permission denied (os error 13)",
  EPERM: "Operation not permitted (os error 1)",
  ENOTDIR: "Not a directory (os error 20)",
  EISDIR: "Is a directory (os error 21)",
  ENOSPC: "No space left on device (os error 28)",
  EROFS: "Read-only file system (os error 30)",
  ENAMETOOLONG: "File name too long (os error 36)",
  ELOOP: "Too many levels of symbolic links (os error 40)",
};
