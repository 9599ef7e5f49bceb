import { isUtf8 } from "node:buffer";
import { constants } from "node:fs";
import { type FileHandle, lstat, open, realpath, stat } from "node:fs/promises";
import type { ToolContext } from "../tool.ts";
import { untilAborted } from "../until-aborted.ts";

/** A file of this size is no source text; reading it would only fill the memory. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;

const CHUNK_BYTES = 262_144;

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
  /** A file with secrets. */
  | { readonly kind: "hidden" }
  | { readonly kind: "too-large"; readonly bytes: number }
  | { readonly kind: "unreadable"; readonly reason: string }
  | { readonly kind: "aborted" };

type ReadContext = Pick<ToolContext, "sandbox" | "signal">;

/** The only way to a file's content for a tool in this process. */
export async function readSnapshot(path: string, context: ReadContext): Promise<FileRead> {
  return (await untilAborted(look(path, context), context.signal)) ?? { kind: "aborted" };
}

async function look(path: string, { sandbox, signal }: ReadContext): Promise<FileRead> {
  try {
    const found = await stat(path);
    if (sandbox.isHidden(path)) {
      return { kind: "hidden" };
    }
    if (found.isDirectory()) {
      return { kind: "directory" };
    }
    if (!found.isFile()) {
      return { kind: "special" };
    }
    if (found.size > MAX_FILE_BYTES) {
      return { kind: "too-large", bytes: found.size };
    }
    const target = await realpath(path);
    // Asked of the file itself, too: a link may have been put in its way since.
    if (sandbox.isHidden(target)) {
      return { kind: "hidden" };
    }
    const bytes = await readBounded(target, signal);
    if (bytes === undefined) {
      return { kind: "special" };
    }
    if (bytes.length > MAX_FILE_BYTES) {
      return { kind: "too-large", bytes: bytes.length };
    }
    const { mode, uid, gid } = found;
    return { kind: "file", file: { path, target, bytes, mode: mode & 0o7777, uid, gid } };
  } catch (error) {
    if (systemCode(error) === "ENOENT" && sandbox.isHidden(path)) {
      return { kind: "hidden" };
    }
    if (systemCode(error) !== "ENOENT") {
      return { kind: "unreadable", reason: systemReason(error) };
    }
    return (await isLink(path))
      ? { kind: "unreadable", reason: "broken symbolic link" }
      : { kind: "missing" };
  }
}

/** The path has no link in it, so one that is there now was put there just now. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_NOFOLLOW;

/**
 * Not blocking: /proc/kmsg and its like wait for what comes next, and a thread of Node that waits keeps the
 * whole process from ending. undefined: something else than a file has come in its place.
 */
async function readBounded(path: string, signal: AbortSignal): Promise<Buffer | undefined> {
  const handle = await open(path, FLAGS);
  try {
    return (await handle.stat()).isFile() ? await readAtMost(handle, MAX_FILE_BYTES + 1, signal) : undefined;
  } finally {
    await handle.close();
  }
}

/** Files of /proc say they are empty and can be endless, so the size that was stated is not trusted. */
async function readAtMost(handle: FileHandle, limit: number, signal: AbortSignal): Promise<Buffer> {
  const parts: Buffer[] = [];
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let length = 0;
  while (length < limit && !signal.aborted) {
    const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, limit - length));
    if (bytesRead === 0) {
      break;
    }
    // A copy: files of /proc give a few bytes at a time, and each part would keep a whole chunk alive.
    parts.push(Buffer.from(chunk.subarray(0, bytesRead)));
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
  if (bytes.includes(0)) {
    return { kind: "binary" };
  }
  const text = bytes.toString("utf8");
  if (!isUtf8(bytes)) {
    return { kind: "not-utf8", text };
  }
  const hasBom = text.startsWith(BYTE_ORDER_MARK);
  return { kind: "text", text: hasBom ? text.slice(1) : text, hasBom };
}

export function encodeText(text: string, hasBom: boolean): string {
  return hasBom ? BYTE_ORDER_MARK + text : text;
}

const BYTE_ORDER_MARK = "\ufeff";

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
  EAGAIN: "Resource temporarily unavailable (os error 11)",
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
