/** A turn between its first change and its end, on disk: a leat that is killed leaves it, and the next one finds it. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "./lock.ts";
import { done, type Limit, type Outcome } from "./outcome.ts";
import type { BytePath } from "./paths.ts";
import { namesIn, type RecordedChange, type UndoRecord, writeRecord } from "./records.ts";
import { readIgnored } from "./scan.ts";
import { isSame, readEntries, shareState } from "./state-of-files.ts";
import { readText, writeWhole } from "./store.ts";
import type { LeftOut } from "./take.ts";
import type { Store } from "./workspace.ts";

export interface OpenTurn {
  readonly id: string;
  readonly pid: number;
  readonly startedAtMs: number;
  readonly prompt: string;
  readonly leftOut: readonly LeftOut[];
  /** Repositories below the root that were listed as such, and those of them that are not covered. */
  readonly repositories: readonly BytePath[];
  readonly uncovered: readonly BytePath[];
}

export function openFolder(store: Store, id: string): string {
  return join(store.directory, "open", id);
}

export function ignoredFile(folder: string): string {
  return join(folder, "ignored");
}

/** `from` holds index, permissions and ignored files as they are now. */
export function openTurn(store: Store, turn: OpenTurn, from: string): void {
  const folder = openFolder(store, turn.id);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  shareState(from, folder);
  writeFileSync(ignoredFile(folder), readText(ignoredFile(from)) ?? "", { mode: 0o600 });
  // Last: without it the folder is none of a turn.
  writeWhole(turnFile(store, turn.id), JSON.stringify(turn));
}

export function forgetTurn(store: Store, id: string): void {
  rmSync(openFolder(store, id), { recursive: true, force: true });
}

export function readOpenTurns(store: Store): OpenTurn[] {
  return namesIn(join(store.directory, "open")).flatMap((id) => {
    const turn = parseTurn(readText(turnFile(store, id)) ?? "");
    return turn?.id === id ? [turn] : [];
  });
}

function turnFile(store: Store, id: string): string {
  return join(openFolder(store, id), "turn.json");
}

function parseTurn(text: string): OpenTurn | undefined {
  try {
    const value = JSON.parse(text) as Partial<OpenTurn> | null;
    const lists = [value?.leftOut, value?.repositories, value?.uncovered];
    return typeof value?.startedAtMs === "number" && lists.every(Array.isArray)
      ? (value as OpenTurn)
      : undefined;
  } catch {
    return undefined;
  }
}

/** It is over, but what it left could not be written down: whoever looks next does so. */
export function abandonTurn(store: Store, turn: OpenTurn): void {
  writeWhole(turnFile(store, turn.id), JSON.stringify({ ...turn, pid: 0 }));
}

/** Longer than any turn: by then another process has the number of the one that was killed. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

export function isRunning(turn: OpenTurn): boolean {
  return isAlive(turn.pid) && Date.now() - turn.startedAtMs < ABANDONED_AFTER_MS;
}

export interface Present {
  /** Not one file differs from what it was compared with. */
  readonly isUntouched: boolean;
  /** Holds the index of the present state. */
  readonly folder: string;
  readonly leftOut: readonly LeftOut[];
  readonly repositories: readonly BytePath[];
  readonly uncovered: readonly BytePath[];
}

/** Writes down what has changed since the turn began; undefined if nothing has. */
export async function closeTurn(
  store: Store,
  { turn, present, end, limit }: { turn: OpenTurn; present: Present; end: UndoRecord["end"]; limit: Limit },
): Promise<Outcome<UndoRecord | undefined>> {
  if (end === "known" && present.isUntouched && turn.leftOut.length === 0) {
    // As with every turn that only ran the tests: no need to read two whole indexes.
    forgetTurn(store, turn.id);
    return done(undefined);
  }
  const folder = openFolder(store, turn.id);
  const scratch = present.folder;
  const [before, after] = await Promise.all([
    readEntries(store, { folder, scratch, limit }),
    readEntries(store, { folder: present.folder, scratch, limit }),
  ]);
  if (!before.ok) {
    return before;
  }
  if (!after.ok) {
    return after;
  }
  const wasLeftOut = new Map(turn.leftOut.map(({ path, state }) => [path, state]));
  const isLeftOut = new Map(present.leftOut.map(({ path, state }) => [path, state]));
  const wasUncovered = readIgnored(ignoredFile(folder), [...wasLeftOut.keys(), ...turn.uncovered]);
  const changes = [...new Set([...before.value.keys(), ...after.value.keys()])]
    .map((path): RecordedChange => {
      return { path, before: before.value.get(path) ?? null, after: after.value.get(path) ?? null };
    })
    .filter((change) => !isSame(change.before, change.after))
    .filter(({ path, before }) => before !== null || !wasUncovered(path))
    // Still there, but too large now to be kept.
    .filter(({ path }) => !isLeftOut.has(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const notKept = [
    ...[...isLeftOut].filter(([path, state]) => wasLeftOut.get(path) !== state).map(([path]) => path),
    ...[...wasLeftOut.keys()].filter((path) => !isLeftOut.has(path)),
    ...present.repositories.filter((path) => !turn.repositories.includes(path)),
  ];
  const { id, prompt, startedAtMs } = turn;
  const record: UndoRecord = { version: 1, id, kind: "turn", prompt, startedAtMs, end, changes, notKept };
  const isEmpty = changes.length === 0 && notKept.length === 0;
  if (!isEmpty) {
    writeRecord(store, record);
  }
  forgetTurn(store, id);
  return done(isEmpty ? undefined : record);
}
