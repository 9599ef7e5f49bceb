/** What is kept of a turn once it is over: which files it changed, and what they were before and after. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ChangeCounts } from "../protocol/index.ts";
import type { BytePath } from "./paths.ts";
import type { FileEntry } from "./state-of-files.ts";
import { readText, writeWhole } from "./store.ts";
import type { Store } from "./workspace.ts";

export interface UndoRecord {
  readonly version: 1;
  /** Sorts by time. */
  readonly id: string;
  /** A turn, or an undo, which can be undone like a turn. */
  readonly kind: "turn" | "undo";
  /** What an undo undid. */
  readonly of?: string;
  readonly prompt: string;
  readonly startedAtMs: number;
  /** `unknown`: leat was killed. The changes are all those until the next time it looked, the user's own among them. */
  readonly end: "known" | "unknown";
  readonly changes: readonly RecordedChange[];
  /** Changed as well, but not kept, so that it can't be undone. */
  readonly notKept: readonly BytePath[];
  /** Of an undo: files it did not restore, as a rule because they had been changed after the turn. */
  readonly kept?: readonly BytePath[];
}

export interface RecordedChange {
  readonly path: BytePath;
  /** Null: there was no file. */
  readonly before: FileEntry | null;
  readonly after: FileEntry | null;
}

export function newRecordId(nowMs: number): string {
  return `${String(nowMs).padStart(15, "0")}-${crypto.randomUUID().slice(0, 8)}`;
}

const MAX_PROMPT_LENGTH = 200;

export function promptLine(prompt: string): string {
  return prompt
    .slice(0, 4 * MAX_PROMPT_LENGTH)
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, MAX_PROMPT_LENGTH);
}

export function writeRecord(store: Store, record: UndoRecord): void {
  writeWhole(recordFile(store, record.id), `${JSON.stringify(record)}\n`);
}

export function removeRecord(store: Store, id: string): void {
  rmSync(recordFile(store, id), { force: true });
}

function recordFile(store: Store, id: string): string {
  return join(store.directory, "records", `${id}.json`);
}

/** Newest first. A file that can't be read as a record, of a newer leat perhaps, is passed over. */
export function readRecords(store: Store): UndoRecord[] {
  return recordIds(store).flatMap((id) => {
    const record = parseRecord(readText(recordFile(store, id)) ?? "");
    return record === undefined ? [] : [record];
  });
}

export function recordIds(store: Store): string[] {
  return namesIn(join(store.directory, "records"))
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .sort()
    .reverse();
}

export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Strictly, since what stands here is written to: whoever can change the file must not choose places outside the workspace. */
function parseRecord(text: string): UndoRecord | undefined {
  try {
    const value = JSON.parse(text) as Partial<UndoRecord> | null;
    const isWhole =
      value?.version === 1 &&
      typeof value.id === "string" &&
      typeof value.prompt === "string" &&
      typeof value.startedAtMs === "number" &&
      Array.isArray(value.notKept) &&
      Array.isArray(value.changes) &&
      value.changes.every(isChange);
    return isWhole ? (value as UndoRecord) : undefined;
  } catch {
    return undefined;
  }
}

function isChange({ path, before, after }: RecordedChange): boolean {
  return typeof path === "string" && isWithin(path) && isEntry(before) && isEntry(after);
}

/** Below the root, and no part of a repository's own data. */
function isWithin(path: BytePath): boolean {
  return !path.includes("\0") && path.split("/").every((part) => !/^(|\.|\.\.|\.git)$/i.test(part));
}

function isEntry(entry: FileEntry | null): boolean {
  return (
    entry === null ||
    (/^[0-9a-f]{40}$/.test(entry.oid) &&
      ["file", "executable", "link"].includes(entry.kind) &&
      (entry.permissions === undefined || (entry.permissions & 0o777) === entry.permissions))
  );
}

/** An undo counts until it is undone itself; what has one that counts is undone. */
export function undoneIds(records: readonly UndoRecord[]): ReadonlySet<string> {
  const undone = new Set<string>();
  // Newest first: whether an undo counts is settled before what it undid.
  for (const record of records) {
    if (record.of !== undefined && !undone.has(record.id)) {
      undone.add(record.of);
    }
  }
  return undone;
}

export function countChanges(changes: readonly RecordedChange[]): ChangeCounts {
  const created = changes.filter(({ before }) => before === null).length;
  const deleted = changes.filter(({ after }) => after === null).length;
  return { created, deleted, modified: changes.length - created - deleted };
}
