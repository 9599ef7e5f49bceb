import { isUtf8 } from "node:buffer";
import { chmod, lstat, mkdir, readFile, realpath, stat, unlink, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { systemReason } from "../files/snapshot.ts";
import { applyChunks } from "./apply.ts";
import { type PatchHunk, parsePatch } from "./parse.ts";

/**
 * The patch tool on its own, with what Codex's does and says: hunk by hunk, what was done stays where a later one
 * fails, and each updated file ends with a newline. Used by a person or a script, so nothing confines it.
 */

export type StandaloneResult =
  | { readonly kind: "done"; readonly summary: string }
  | { readonly kind: "failed"; readonly message: string };

export async function applyPatchStandalone(patch: string, cwd: string): Promise<StandaloneResult> {
  const parsed = parsePatch(patch);
  if (parsed.kind === "invalid") {
    return { kind: "failed", message: parsed.message };
  }
  if (parsed.hunks.length === 0) {
    return { kind: "failed", message: "No files were modified." };
  }
  const lines = { add: [] as string[], update: [] as string[], delete: [] as string[] };
  for (const hunk of parsed.hunks) {
    const problem = await applyHunk(hunk, cwd);
    if (problem !== undefined) {
      return { kind: "failed", message: problem };
    }
    const path = (hunk.kind === "update" ? hunk.moveTo : undefined) ?? hunk.path;
    lines[hunk.kind].push(`${{ add: "A", update: "M", delete: "D" }[hunk.kind]} ${path}`);
  }
  const summary = ["Success. Updated the following files:", ...lines.add, ...lines.update, ...lines.delete];
  return { kind: "done", summary: summary.join("\n") };
}

/** Why it could not be done, if it could not. */
async function applyHunk(hunk: PatchHunk, cwd: string): Promise<string | undefined> {
  const path = resolve(cwd, hunk.path);
  switch (hunk.kind) {
    case "add":
      return writeText({ path, shown: hunk.path }, hunk.text);
    case "delete":
      return removeFile(path, `Failed to delete file ${hunk.path}`);
    case "update":
      return updateFile(hunk, path, cwd);
    default:
      return hunk satisfies never;
  }
}

async function updateFile(
  hunk: Extract<PatchHunk, { kind: "update" }>,
  path: string,
  cwd: string,
): Promise<string | undefined> {
  const read = await readText(path);
  if (read.kind === "failed") {
    return `Failed to read file to update ${hunk.path}: ${read.reason}`;
  }
  const bom = read.text.startsWith("\ufeff") ? "\ufeff" : "";
  const applied = applyChunks(read.text.slice(bom.length), hunk.chunks, hunk.path, "added");
  if (applied.kind === "failed") {
    return applied.message;
  }
  const text = bom + applied.text;
  if (hunk.moveTo === undefined) {
    return writeText({ path, shown: hunk.path }, text);
  }
  const destination = { path: resolve(cwd, hunk.moveTo), shown: hunk.moveTo };
  const isNew = await lstat(destination.path).then(
    () => false,
    () => true,
  );
  const problem = await writeText(destination, text);
  // Moved onto itself, the file must not be removed after it was written.
  if (problem !== undefined || (await isSameFile(path, destination.path))) {
    return problem;
  }
  if (isNew) {
    await chmod(destination.path, read.mode).catch(() => {});
  }
  return removeFile(path, `Failed to remove original ${hunk.path}`);
}

type ReadText =
  | { readonly kind: "read"; readonly text: string; readonly mode: number }
  | { readonly kind: "failed"; readonly reason: string };

async function readText(path: string): Promise<ReadText> {
  try {
    const { mode } = await stat(path);
    const bytes = await readFile(path);
    return isUtf8(bytes)
      ? { kind: "read", text: bytes.toString("utf8"), mode: mode & 0o7777 }
      : { kind: "failed", reason: "stream did not contain valid UTF-8" };
  } catch (error) {
    return { kind: "failed", reason: systemReason(error) };
  }
}

/** In place, as Codex does it: links of both kinds stay what they are. */
async function writeText(
  { path, shown }: { readonly path: string; readonly shown: string },
  text: string,
): Promise<string | undefined> {
  const folder = dirname(path);
  const isFolder = await createFolders(folder)
    .then(() => stat(folder))
    .then(
      (found) => found.isDirectory(),
      () => false,
    );
  if (!isFolder) {
    return `Failed to create parent directories for ${shown}`;
  }
  return writeFile(path, text).then(
    () => undefined,
    () => `Failed to write file ${shown}`,
  );
}

function removeFile(path: string, message: string): Promise<string | undefined> {
  return unlink(path).then(
    () => undefined,
    () => message,
  );
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([a, b].map((path) => realpath(path).catch(() => path)));
  return first === second;
}

/** Step by step: where a folder can't be made though its parent is there (/proc), Node's own way never ends. */
async function createFolders(folder: string): Promise<void> {
  const exists = await lstat(folder).then(
    () => true,
    () => false,
  );
  if (!exists) {
    await createFolders(dirname(folder));
    await mkdir(folder);
  }
}
