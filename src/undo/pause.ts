/** A workspace that is too much for a snapshot is not tried again with every turn. */
import type { SnapshotObstacle } from "../protocol/index.ts";
import { readState, type StoreState, writeState } from "./store.ts";
import type { Store } from "./workspace.ts";

const PAUSE_MS = 24 * 60 * 60 * 1000;
/** The first listing reads the disk, later ones what the system has kept of it: one that is slow says little. */
const MAX_SLOW_LISTINGS = 2;
/** Each turn takes a part of what is left. More turns than this are no prospect. */
const MAX_TURNS_TO_GO = 20;

export function pauseOf(state: StoreState): SnapshotObstacle | undefined {
  if (state.pausedFor === undefined || Date.now() >= (state.pausedUntilMs ?? 0)) {
    return undefined;
  }
  return state.pausedFor;
}

/** What became of an attempt. */
export function remember(store: Store, obstacle: SnapshotObstacle | undefined): void {
  const { pausedUntilMs, pausedFor: _, slowListings = 0, ...state } = readState(store);
  if (obstacle === undefined) {
    if (slowListings > 0 || pausedUntilMs !== undefined) {
      writeState(store, state);
    }
    return;
  }
  const pause = { pausedUntilMs: Date.now() + PAUSE_MS, pausedFor: obstacle };
  if (obstacle.kind === "too-large") {
    writeState(store, { ...state, ...pause });
  }
  if (obstacle.kind === "too-slow" && obstacle.takenFiles === undefined) {
    const hopeless = slowListings + 1 >= MAX_SLOW_LISTINGS;
    writeState(store, { ...state, slowListings: slowListings + 1, ...(hopeless ? pause : {}) });
  }
  if (obstacle.kind === "too-slow" && obstacle.takenFiles !== undefined) {
    const filesToGo = (obstacle.totalFiles ?? 0) - obstacle.takenFiles;
    writeState(store, { ...state, ...(filesToGo > MAX_TURNS_TO_GO * obstacle.takenFiles ? pause : {}) });
  }
}
