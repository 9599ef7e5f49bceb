export {
  type HistoryEntry,
  listHistory,
  type UndoChoice,
  type UndoResult,
  undo,
} from "./history.ts";
export type { RevertFailure } from "./revert.ts";
export { createTurnSnapshots } from "./turn-snapshots.ts";
export type { UndoPlace } from "./workspace.ts";
