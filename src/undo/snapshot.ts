/** The two moments of a turn at which the workspace is looked at. */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { SnapshotEnd, SnapshotObstacle } from "../protocol/index.ts";
import { takeLock } from "./lock.ts";
import {
  abandonTurn,
  closeTurn,
  forgetTurn,
  ignoredFile,
  isRunning,
  type OpenTurn,
  openFolder,
  openTurn,
  type Present,
  readOpenTurns,
} from "./open-turns.ts";
import { catching, done, hindered, type Limit, limitOf, type Outcome } from "./outcome.ts";
import type { BytePath } from "./paths.ts";
import { pauseOf, remember } from "./pause.ts";
import { pruneStore } from "./prune.ts";
import { countChanges, newRecordId, promptLine } from "./records.ts";
import { listIgnored, scanForcedFiles, scanRepositories, scanWorkspace } from "./scan.ts";
import { indexIn, shareState } from "./state-of-files.ts";
import { prepareStore, readState, userIndexState, withScratch, writeState } from "./store.ts";
import { takeFiles } from "./take.ts";
import type { Store } from "./workspace.ts";

/** What a turn may be held up for before its first change. */
const BEFORE_LIMIT_MS = 2000;
/** At its end more is at stake: without it the turn can only be undone by force. */
const AFTER_LIMIT_MS = 5000;
const LOCK_WAIT_MS = 1000;

const MIB = 2 ** 20;
/** Beyond these a file is left out, and named if the turn changes it. What a turn has made itself may be larger. */
const MAX_FILE_BYTES = { before: 10 * MIB, after: 64 * MIB };
const MAX_TOTAL_BYTES = 2 ** 30;

export async function beginTurn(
  store: Store,
  { prompt, signal }: { prompt: string; signal: AbortSignal },
): Promise<Outcome<OpenTurn>> {
  const limit = limitOf(BEFORE_LIMIT_MS, signal);
  return await withStore(store, async (folder) => {
    const paused = pauseOf(readState(store));
    if (paused !== undefined) {
      return hindered(paused);
    }
    const present = await lookAtWorkspace(store, { folder, limit, moment: "before" });
    remember(store, present.ok ? undefined : present.obstacle);
    if (!present.ok) {
      return present;
    }
    for (const turn of readOpenTurns(store).filter((turn) => !isRunning(turn))) {
      const closed = await closeAsUnknown(store, { turn, present: present.value, limit });
      if (!closed.ok) {
        return closed;
      }
    }
    const { leftOut, repositories, uncovered } = present.value;
    const startedAtMs = Date.now();
    const turn: OpenTurn = {
      id: newRecordId(startedAtMs),
      pid: process.pid,
      startedAtMs,
      prompt: promptLine(prompt),
      leftOut,
      repositories,
      uncovered,
    };
    openTurn(store, turn, folder);
    return done(turn);
  });
}

export async function endTurn(store: Store, turn: OpenTurn): Promise<SnapshotEnd> {
  const limit = limitOf(AFTER_LIMIT_MS);
  const closed = await withStore(store, async (folder) => {
    const present = await lookAtWorkspace(store, { folder, limit, moment: "after", turn });
    if (!present.ok) {
      return present;
    }
    const record = await closeTurn(store, { turn, present: present.value, end: "known", limit });
    // A store that can't be tidied is larger than it need be, no more.
    await pruneStore(store, folder).catch(() => undefined);
    return record;
  });
  if (!closed.ok) {
    await catching(async () => done(abandonTurn(store, turn)));
    return { kind: "unfinished", reason: closed.obstacle };
  }
  const record = closed.value;
  return record === undefined
    ? { kind: "nothing" }
    : { kind: "recorded", counts: countChanges(record.changes) };
}

/** For a command of the user, who waits: turns that a killed leat has left open are closed. */
export async function closeAbandoned(
  store: Store,
  folder: string,
  limit: Limit,
): Promise<Outcome<undefined>> {
  for (const turn of readOpenTurns(store).filter((turn) => !isRunning(turn))) {
    const present = await lookAtWorkspace(store, { folder, limit, moment: "after", turn });
    const closed = present.ok
      ? await closeAsUnknown(store, { turn, present: present.value, limit })
      : present;
    if (!closed.ok && closed.obstacle.kind !== "failed") {
      return closed;
    }
    forgetTurn(store, turn.id);
  }
  return done(undefined);
}

/** One whose files are broken can't be closed, and must not keep every later turn from being kept. */
async function closeAsUnknown(
  store: Store,
  call: { turn: OpenTurn; present: Present; limit: Limit },
): Promise<Outcome<undefined>> {
  const closed = await closeTurn(store, { ...call, end: "unknown" });
  if (!closed.ok && closed.obstacle.kind !== "failed") {
    return closed;
  }
  forgetTurn(store, call.turn.id);
  return done(undefined);
}

/** Alone in the store, with a folder for what git is told and says. */
export async function withStore<T>(
  store: Store,
  action: (folder: string, touch: () => void) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  return await catching(async () => {
    await prepareStore(store);
    const lock = await takeLock(join(store.directory, "lock"), LOCK_WAIT_MS);
    if (lock === undefined) {
      return hindered({ kind: "busy" });
    }
    try {
      return await withScratch(store, (folder) => action(folder, lock.touch));
    } finally {
      lock.release();
    }
  });
}

interface Look {
  readonly folder: string;
  readonly limit: Limit;
  readonly moment: "before" | "after";
  /** Compared with where it began; else with the last look of all. */
  readonly turn?: OpenTurn;
}

async function lookAtWorkspace(store: Store, look: Look): Promise<Outcome<Present>> {
  const { folder, turn } = look;
  shareState(turn === undefined ? store.directory : openFolder(store, turn.id), folder);
  const seen = await lookFrom(store, look);
  if (seen.ok || turn !== undefined || !isBroken(seen.obstacle)) {
    return seen;
  }
  rmSync(indexIn(folder), { force: true });
  return await lookFrom(store, look);
}

/** What a full disk or a crash can leave of an index, in git's words. */
function isBroken(obstacle: SnapshotObstacle): boolean {
  return obstacle.kind === "failed" && /index file|index uses|bad signature|bad index/.test(obstacle.detail);
}

async function lookFrom(store: Store, { folder, limit, moment, turn }: Look): Promise<Outcome<Present>> {
  const [scanned, ignored] = await Promise.all([
    scanWorkspace(store, { folder, limit }),
    moment === "before"
      ? listIgnored(store, { folder, output: ignoredFile(folder), limit })
      : done(undefined),
  ]);
  if (!scanned.ok) {
    return scanned;
  }
  if (!ignored.ok) {
    return ignored;
  }
  const { paths, repositories } = scanned.value;
  const below = await scanRepositories(store, {
    repositories: repositories.filter(isWalked(turn)),
    folder,
    limit,
  });
  if (!below.ok) {
    return below;
  }
  const forced = moment === "before" ? await forcedFiles(store, { folder, limit }) : done([]);
  if (!forced.ok) {
    return forced;
  }
  const wasLeftOut = new Set(turn?.leftOut.map(({ path }) => path));
  const allPaths = [...new Set([...paths, ...below.value.files, ...forced.value])];
  const taken = await takeFiles(store, {
    folder,
    paths: allPaths,
    maxFileBytes: (path) => MAX_FILE_BYTES[wasLeftOut.has(path) ? "before" : moment],
    maxTotalBytes: MAX_TOTAL_BYTES,
    limit,
  });
  if (!taken.ok) {
    return taken;
  }
  publish(store, folder);
  const { leftOut, takenFiles, totalFiles } = taken.value;
  if (takenFiles < totalFiles) {
    return hindered({ kind: "too-slow", takenFiles, totalFiles });
  }
  const { walked, uncovered } = below.value;
  return done({
    folder,
    isUntouched: allPaths.length + repositories.length === 0,
    leftOut,
    repositories: [...new Set([...repositories, ...walked])],
    uncovered,
  });
}

/** A repository that a turn has made is nothing to take apart again: it is named instead. */
function isWalked(turn: OpenTurn | undefined): (repository: BytePath) => boolean {
  return (repository) =>
    turn === undefined || (turn.repositories.includes(repository) && !turn.uncovered.includes(repository));
}

/** Looked for again whenever the user's index has changed: once taken, they are known. */
async function forcedFiles(
  store: Store,
  { folder, limit }: { folder: string; limit: Limit },
): Promise<Outcome<BytePath[]>> {
  const userIndex = userIndexState(store.root);
  const state = readState(store);
  if (userIndex === undefined || userIndex.state === state.userIndex) {
    return done([]);
  }
  const forced = await scanForcedFiles(store, { index: userIndex.path, folder, limit });
  if (forced.ok) {
    writeState(store, { ...state, userIndex: userIndex.state });
  }
  return forced;
}

/** The next look starts from here. */
function publish(store: Store, folder: string): void {
  const next = join(folder, "next");
  mkdirSync(next, { mode: 0o700, recursive: true });
  shareState(folder, next);
  for (const name of ["permissions.json", "index"]) {
    const [from, to] = [join(next, name), join(store.directory, name)];
    if (existsSync(from)) {
      renameSync(from, to);
    } else {
      rmSync(to, { force: true });
    }
  }
}
