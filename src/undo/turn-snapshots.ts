import type { SnapshotObstacle, TurnSnapshots } from "../protocol/index.ts";
import type { OpenTurn } from "./open-turns.ts";
import { beginTurn, endTurn } from "./snapshot.ts";
import { locateStore, type Store, type UndoPlace } from "./workspace.ts";

type TurnState =
  | { readonly kind: "untouched" }
  | { readonly kind: "open"; readonly store: Store; readonly turn: OpenTurn }
  | { readonly kind: "skipped"; readonly reason: SnapshotObstacle };

/** Snapshots of one session's turns. Starts no process before the first call that may write. */
export function createTurnSnapshots(place: UndoPlace): TurnSnapshots {
  let state: TurnState = { kind: "untouched" };
  return {
    async before(turn) {
      if (state.kind === "untouched") {
        state = await begin(place, turn);
      }
      return state.kind === "skipped" ? state : { kind: "taken" };
    },
    async after() {
      const ended = state;
      state = { kind: "untouched" };
      return ended.kind === "open" ? await endTurn(ended.store, ended.turn) : { kind: "nothing" };
    },
  };
}

async function begin(place: UndoPlace, turn: { prompt: string; signal: AbortSignal }): Promise<TurnState> {
  const located = locateStore(place);
  if (located.kind === "obstacle") {
    return { kind: "skipped", reason: located.obstacle };
  }
  const { store } = located;
  const begun = await beginTurn(store, turn);
  return begun.ok ? { kind: "open", store, turn: begun.value } : { kind: "skipped", reason: begun.obstacle };
}
