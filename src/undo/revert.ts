import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fetchBlobs } from "./blobs.ts";
import { done, type Limit, type Outcome } from "./outcome.ts";
import { type BytePath, foldersOf } from "./paths.ts";
import { newRecordId, type RecordedChange, removeRecord, type UndoRecord, writeRecord } from "./records.ts";
import { type RestoreFailure, removeEmptyFolders, removeFile, writeFile } from "./restore-file.ts";
import { type FileEntry, isSame, readEntries } from "./state-of-files.ts";
import { folderCheck, lookAt, takeFiles } from "./take.ts";
import type { Store } from "./workspace.ts";

export interface Reverted {
  readonly restored: readonly RestoredFile[];
  /** Files that were as before already. */
  readonly unchanged: number;
  /** Changed after the turn, and left alone. */
  readonly kept: readonly BytePath[];
  readonly failed: readonly { readonly path: BytePath; readonly failure: RevertFailure }[];
}

export interface RestoredFile {
  readonly path: BytePath;
  readonly what: "modified" | "brought-back" | "removed";
}

/** `not-saved`: what is there now could not be kept, so it is not overwritten. */
export type RevertFailure = RestoreFailure | { readonly kind: "not-saved" };

export interface RevertCall {
  readonly record: UndoRecord;
  /** Also files that were changed after it. */
  readonly force: boolean;
  /** For the files of the operation. */
  readonly scratch: string;
  readonly limit: Limit;
  /** After each file: others see that this takes its time, and is alive. */
  onProgress(): void;
}

/**
 * Puts the files of a record back to what they were before it. What is there now is kept first, and written down as an undo of
 * the record before the first file is touched, so that it can be undone even if leat is killed on the way.
 */
export async function revert(store: Store, call: RevertCall): Promise<Outcome<Reverted>> {
  const { record, scratch, limit } = call;
  const kept = await keepPresent(store, call);
  if (!kept.ok) {
    return kept;
  }
  const plan = makePlan(call, kept.value);
  const failed: { path: BytePath; failure: RevertFailure }[] = plan.unsaved.map((path) => {
    return { path, failure: { kind: "not-saved" } };
  });
  const undo = undoRecord(record, plan.steps, plan.kept);
  // With nothing left to do the record is undone all the same, and the next undo goes further back.
  if (plan.steps.length > 0 || plan.kept.length + plan.unsaved.length === 0) {
    writeRecord(store, undo);
  }
  const oids = new Set(plan.steps.flatMap(({ after }) => (after === null ? [] : [after.oid])));
  const blobs = await fetchBlobs(store, { oids, scratch, limit });
  const restored: RestoredFile[] = [];
  const isMoved = movedFolders(plan.steps);
  try {
    for (const step of inOrder(plan.steps)) {
      const { path, before, after } = step;
      const failure =
        after === null
          ? await removeFile(store.root, path)
          : await writeFile({ root: store.root, path, entry: after }, blobs);
      if (after === null && failure === undefined) {
        await removeEmptyFolders(
          store.root,
          path,
          (folder, bornAtMs) => bornAtMs >= record.startedAtMs - CLOCK_TOLERANCE_MS || isMoved(folder),
        );
      }
      if (failure === undefined) {
        restored.push({
          path,
          what: after === null ? "removed" : before === null ? "brought-back" : "modified",
        });
      } else {
        failed.push({ path, failure });
      }
      call.onProgress();
    }
  } finally {
    await blobs.close();
    finish(store, { undo, restored, failed: failed.map(({ path }) => path) });
  }
  return done({ restored, unchanged: plan.unchanged, kept: plan.kept, failed });
}

/** A folder that was moved here is older than the turn: its files come back under the same names elsewhere. */
function movedFolders(steps: readonly RecordedChange[]): (folder: BytePath) => boolean {
  const moved = new Set<BytePath>();
  const comingBack = new Map<string, BytePath[]>();
  for (const { path, after } of steps) {
    if (after !== null) {
      const paths = comingBack.get(after.oid) ?? [];
      // Of empty files there may be thousands: a few tell as much.
      if (paths.length < MAX_ORIGINS) {
        comingBack.set(after.oid, paths);
        paths.push(path);
      }
    }
  }
  for (const { path, before, after } of steps) {
    const origins = after === null && before !== null ? (comingBack.get(before.oid) ?? []) : [];
    for (const folder of foldersOf(path)) {
      if (origins.some((origin) => origin.endsWith(path.slice(folder.length)))) {
        moved.add(folder);
      }
    }
  }
  return (folder) => moved.has(folder);
}

const MAX_ORIGINS = 100;

/** A folder's time of birth comes from a coarser clock. */
export const CLOCK_TOLERANCE_MS = 20;

interface Present {
  readonly entries: ReadonlyMap<BytePath, FileEntry>;
  /** There, but neither file nor link, or too large, or unreadable. */
  readonly unsaved: ReadonlySet<BytePath>;
}

/** Larger than what a turn keeps: it is one command of the user, who can wait. */
const MAX_FILE_BYTES = 512 * 2 ** 20;
const MAX_TOTAL_BYTES = 4 * 2 ** 30;

async function keepPresent(store: Store, { record, scratch, limit }: RevertCall): Promise<Outcome<Present>> {
  const folder = join(scratch, "present");
  mkdirSync(folder, { mode: 0o700, recursive: true });
  const paths = record.changes.map(({ path }) => path);
  const taken = await takeFiles(store, {
    folder,
    paths,
    maxFileBytes: () => MAX_FILE_BYTES,
    maxTotalBytes: MAX_TOTAL_BYTES,
    limit,
  });
  if (!taken.ok) {
    return taken;
  }
  const entries = await readEntries(store, { folder, scratch, limit });
  if (!entries.ok) {
    return entries;
  }
  const isFolder = folderCheck(store.root);
  const isUnsaved = (path: BytePath) => {
    const isWithin = !entries.value.has(path) && foldersOf(path).every(isFolder);
    const stats = isWithin ? lookAt(store.root, path) : undefined;
    return stats !== undefined && !stats.isDirectory();
  };
  return done({ entries: entries.value, unsaved: new Set(paths.filter(isUnsaved)) });
}

interface Plan {
  /** From what is there to what shall be there. */
  readonly steps: readonly RecordedChange[];
  readonly unchanged: number;
  readonly kept: readonly BytePath[];
  readonly unsaved: readonly BytePath[];
}

function makePlan({ record, force }: RevertCall, present: Present): Plan {
  const steps: RecordedChange[] = [];
  const kept: BytePath[] = [];
  const unsaved: BytePath[] = [];
  let unchanged = 0;
  for (const { path, before, after } of record.changes) {
    const now = present.entries.get(path) ?? null;
    if (present.unsaved.has(path)) {
      unsaved.push(path);
    } else if (isSame(now, before)) {
      unchanged += 1;
    } else if (!force && (record.end === "unknown" || !isSame(now, after))) {
      kept.push(path);
    } else {
      steps.push({ path, before: now, after: before });
    }
  }
  return { steps, unchanged, kept, unsaved };
}

/** What goes makes room for what comes: a file may stand where a folder was, and the other way round. */
function inOrder(steps: readonly RecordedChange[]): RecordedChange[] {
  const removals = steps.filter(({ after }) => after === null);
  return [...removals.toReversed(), ...steps.filter(({ after }) => after !== null)];
}

function undoRecord(
  record: UndoRecord,
  changes: readonly RecordedChange[],
  kept: readonly BytePath[],
): UndoRecord {
  const now = Date.now();
  return {
    version: 1,
    id: newRecordId(now),
    kind: "undo",
    of: record.id,
    prompt: record.prompt,
    startedAtMs: now,
    end: "known",
    changes,
    notKept: [],
    kept,
  };
}

/** What failed was not undone, and may be tried again. */
function finish(
  store: Store,
  {
    undo,
    restored,
    failed,
  }: { undo: UndoRecord; restored: readonly RestoredFile[]; failed: readonly BytePath[] },
): void {
  const paths = new Set(restored.map(({ path }) => path));
  const isWhole = paths.size === undo.changes.length && failed.length === 0;
  if (!isWhole && paths.size === 0) {
    removeRecord(store, undo.id);
  } else if (!isWhole) {
    const changes = undo.changes.filter(({ path }) => paths.has(path));
    writeRecord(store, { ...undo, changes, kept: [...(undo.kept ?? []), ...failed] });
  }
}
