/** Keeps what a turn is about to change, for `leat undo`. Handed to the agent by cli; neither call ever throws. */
export interface TurnSnapshots {
  /** Before every call that is not known to be read-only: only the first of a turn does anything. */
  before(turn: { readonly prompt: string; readonly signal: AbortSignal }): Promise<SnapshotStart>;
  /** When the turn has ended, in whatever way: records what it left, so that later edits of the user can be told apart. */
  after(): Promise<SnapshotEnd>;
}

export type SnapshotStart =
  | { readonly kind: "taken" }
  /** The turn can't be undone. The same answer is given to every call of the turn. */
  | { readonly kind: "skipped"; readonly reason: SnapshotObstacle };

export type SnapshotEnd =
  /** No snapshot was taken, or the turn changed nothing. */
  | { readonly kind: "nothing" }
  | { readonly kind: "recorded"; readonly counts: ChangeCounts }
  /** What the turn changed can't be told from later edits any more: `leat undo` will ask for `--force`. */
  | { readonly kind: "unfinished"; readonly reason: SnapshotObstacle };

export interface ChangeCounts {
  readonly created: number;
  readonly modified: number;
  readonly deleted: number;
}

/** Why there is no snapshot. */
export type SnapshotObstacle =
  | { readonly kind: "git-missing" }
  /** The workspace is the user's home folder, or one above it. */
  | { readonly kind: "too-broad"; readonly root: string }
  /** `takenFiles` of `totalFiles` are in the store now; the next turn goes on from there. */
  | { readonly kind: "too-slow"; readonly takenFiles?: number; readonly totalFiles?: number }
  | { readonly kind: "too-large"; readonly files: number; readonly bytes: number }
  /** Another leat works on the store. */
  | { readonly kind: "busy" }
  | { readonly kind: "interrupted" }
  | { readonly kind: "failed"; readonly detail: string };
