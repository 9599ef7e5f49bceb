import { access, constants, lstat, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Sandbox } from "../../sandbox/index.ts";
import type { ToolContext } from "../tool.ts";
import type { HeldFolder, Undo } from "./held-folder.ts";
import { type FileSnapshot, systemCode, systemReason } from "./snapshot.ts";
import { type StagedWrite, stageWrite } from "./stage.ts";

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

/**
 * All of the writes or none. Every target is checked and every new content lies on the disk before the first file is
 * touched; what fails after that undoes what was done.
 */
export async function commitWrites(
  writes: readonly PlannedWrite[],
  { sandbox, files }: Pick<ToolContext, "sandbox" | "files">,
): Promise<CommitResult> {
  const located: LocatedWrite[] = [];
  for (const write of writes) {
    const place = await locate(write);
    if (place.kind === "failed") {
      return place;
    }
    const refusal = refusedWrite(sandbox, write.path, place.target);
    if (refusal !== undefined) {
      return { kind: "failed", message: refusal };
    }
    located.push({ ...write, target: place.target });
  }

  const failed = await putInPlace(located);
  if (failed !== undefined) {
    return { kind: "failed", message: failed };
  }
  for (const { target, after } of located) {
    if (after === null) {
      files.forget(target);
    } else {
      files.wrote(target, Buffer.from(after));
    }
  }
  return { kind: "committed" };
}

/** Why it failed, if it did; then the tree is as it was. */
async function putInPlace(writes: readonly LocatedWrite[]): Promise<string | undefined> {
  const undo: Undo[] = [];
  const held = new Map<string, HeldFolder>();
  let done = 0;
  const fail = async (write: LocatedWrite, reason: string) =>
    `not written: ${write.path}: ${reason}${await undoAll(undo, done)}`;
  try {
    const staged: [LocatedWrite, () => Promise<string | undefined>][] = [];
    for (const write of writes) {
      const stage = await attempt(() => stageWrite(write, { undo, held }));
      if (stage.kind === "failed") {
        return await fail(write, stage.reason);
      }
      staged.push([write, stage.perform]);
    }
    for (const [write, perform] of staged) {
      const reason = await perform().catch(systemReason);
      if (reason !== undefined) {
        return await fail(write, reason);
      }
      done += 1;
    }
    return undefined;
  } finally {
    for (const folder of held.values()) {
      await folder.close().catch(() => {});
    }
  }
}

async function attempt(stage: () => Promise<StagedWrite>): Promise<StagedWrite> {
  return await stage().catch((error: unknown) => ({ kind: "failed", reason: systemReason(error) }));
}

/** What the model is told where it may not write one of the paths, or undefined if it may. */
export function refusedWrite(sandbox: Sandbox, ...paths: readonly string[]): string | undefined {
  return paths.map((path) => refusedPath(sandbox, path)).find((refusal) => refusal !== undefined);
}

function refusedPath(sandbox: Sandbox, path: string): string | undefined {
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

/** Says what is left, if anything could not be put back. */
async function undoAll(undo: readonly Undo[], done: number): Promise<string> {
  const failures: string[] = [];
  for (const step of undo.toReversed()) {
    await step().catch((error: unknown) => failures.push(systemReason(error)));
  }
  if (failures.length > 0) {
    return ` (earlier changes could not all be undone: ${failures.join(", ")})`;
  }
  return done > 0 ? " (earlier changes were undone)" : "";
}
