/** What `leat undo` asks for: the list of what can be undone, and the undoing. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ChangeCounts, SnapshotObstacle } from "../protocol/index.ts";
import { isRunning, readOpenTurns } from "./open-turns.ts";
import { done, hindered, limitOf, type Outcome } from "./outcome.ts";
import { shown } from "./paths.ts";
import { countChanges, readRecords, type UndoRecord, undoneIds } from "./records.ts";
import { type RestoredFile, type Reverted, type RevertFailure, revert } from "./revert.ts";
import { closeAbandoned, withStore } from "./snapshot.ts";
import { locateStore, type Store, type UndoPlace } from "./workspace.ts";

export interface HistoryEntry {
  /** 1 is the newest. */
  readonly number: number;
  readonly kind: "turn" | "undo" | "redo";
  readonly isUndone: boolean;
  readonly startedAtMs: number;
  /** First words of the turn's prompt; may hold anything. */
  readonly prompt: string;
  readonly counts: ChangeCounts;
  /** Changed by the turn, but not kept. Paths are for people. */
  readonly notKept: readonly string[];
  /** leat was killed: the changes may be the user's own. */
  readonly isUncertain: boolean;
}

type HistoryResult =
  | { readonly kind: "entries"; readonly entries: readonly HistoryEntry[] }
  | { readonly kind: "obstacle"; readonly obstacle: SnapshotObstacle };

/** Newest first. */
export async function listHistory(place: UndoPlace, signal: AbortSignal): Promise<HistoryResult> {
  const listed = await withHistory(place, signal, async (_store, _scratch, records) =>
    done(entriesOf(records)),
  );
  return listed.ok
    ? { kind: "entries", entries: listed.value }
    : { kind: "obstacle", obstacle: listed.obstacle };
}

export type UndoChoice =
  /** The last turn that is not undone. */
  | { readonly kind: "last" }
  /** The last undo. */
  | { readonly kind: "redo" }
  | { readonly kind: "number"; readonly number: number };

interface UndoneFile {
  readonly path: string;
  readonly what: RestoredFile["what"];
}

export type UndoResult =
  | { readonly kind: "nothing" }
  | { readonly kind: "no-such-entry"; readonly entries: number }
  /** Another leat is in the middle of a turn here. */
  | { readonly kind: "running"; readonly pid: number }
  | { readonly kind: "obstacle"; readonly obstacle: SnapshotObstacle }
  | {
      readonly kind: "done";
      readonly entry: HistoryEntry;
      readonly restored: readonly UndoneFile[];
      readonly unchanged: number;
      readonly kept: readonly string[];
      readonly failed: readonly { readonly path: string; readonly failure: RevertFailure }[];
    };

const UNDO_LIMIT_MS = 10 * 60_000;

export async function undo(
  place: UndoPlace,
  request: { readonly choice: UndoChoice; readonly force: boolean; readonly signal: AbortSignal },
): Promise<UndoResult> {
  const { choice, force, signal } = request;
  const result = await withHistory<UndoResult>(place, signal, async (store, scratch, records, touch) => {
    const running = readOpenTurns(store).find(isRunning);
    if (running !== undefined && !force) {
      return done({ kind: "running", pid: running.pid });
    }
    const record = choose(records, { choice, force });
    if (record === undefined) {
      return done(
        choice.kind === "number" ? { kind: "no-such-entry", entries: records.length } : { kind: "nothing" },
      );
    }
    const limit = limitOf(UNDO_LIMIT_MS, signal);
    const reverted = await revert(store, { record, force, scratch, limit, onProgress: touch });
    const entry = entriesOf(records).find((_entry, index) => records[index] === record);
    if (!reverted.ok || entry === undefined) {
      return reverted.ok ? done({ kind: "nothing" }) : reverted;
    }
    return done({ kind: "done", entry, ...forPeople(reverted.value) });
  });
  return result.ok ? result.value : { kind: "obstacle", obstacle: result.obstacle };
}

function forPeople({ restored, unchanged, kept, failed }: Reverted) {
  return {
    restored: restored.map(({ path, what }) => ({ path: shown(path), what })),
    unchanged,
    kept: kept.map(shown),
    failed: failed.map(({ path, failure }) => ({ path: shown(path), failure })),
  };
}

const CLOSE_LIMIT_MS = 60_000;

async function withHistory<T>(
  place: UndoPlace,
  signal: AbortSignal,
  action: (store: Store, scratch: string, records: UndoRecord[], touch: () => void) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const located = locateStore(place);
  if (located.kind === "obstacle") {
    return hindered(located.obstacle);
  }
  const { store } = located;
  if (!existsSync(join(store.directory, "records"))) {
    // Nothing was ever kept, and looking must not make a store.
    return await action(store, "", [], () => {});
  }
  return await withStore(store, async (scratch, touch) => {
    const closed = await closeAbandoned(store, scratch, limitOf(CLOSE_LIMIT_MS, signal));
    return closed.ok ? await action(store, scratch, readRecords(store), touch) : closed;
  });
}

function choose(
  records: readonly UndoRecord[],
  { choice, force }: { choice: UndoChoice; force: boolean },
): UndoRecord | undefined {
  const undone = undoneIds(records);
  const [newest] = records;
  const isOpen = (record: UndoRecord) => !undone.has(record.id) && record.changes.length > 0;
  switch (choice.kind) {
    case "number":
      return records[choice.number - 1];
    case "last":
      // `--force` right after an undo that left files alone is meant for those.
      return force && newest?.kept !== undefined && newest.kept.length > 0
        ? records.find(({ id }) => id === newest.of)
        : records.find((record) => isOpen(record) && !takesBack(records, record));
    case "redo":
      return records.find((record) => isOpen(record) && takesBack(records, record));
    default:
      return choice satisfies never;
  }
}

/** An undo of a turn does, an undo of that one brings the turn's changes again, and so on. */
function takesBack(records: readonly UndoRecord[], record: UndoRecord): boolean {
  if (record.kind === "turn") {
    return false;
  }
  const undone = records.find(({ id }) => id === record.of);
  return undone === undefined || !takesBack(records, undone);
}

function entriesOf(records: readonly UndoRecord[]): HistoryEntry[] {
  const undone = undoneIds(records);
  return records.map((record, index) => ({
    number: index + 1,
    kind: record.kind === "turn" ? "turn" : takesBack(records, record) ? "undo" : "redo",
    isUndone: undone.has(record.id),
    startedAtMs: record.startedAtMs,
    prompt: record.prompt,
    counts: countChanges(record.changes),
    notKept: record.notKept.map(shown),
    isUncertain: record.end === "unknown",
  }));
}
