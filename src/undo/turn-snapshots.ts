import type { SnapshotObstacle, TurnSnapshots } from "../protocol/index.ts";
import type { OpenTurn } from "./open-turns.ts";
import { beginTurn, endTurn } from "./snapshot.ts";
import { locateStore, type Store, type UndoPlace } from "./workspace.ts";

type BegunTurn =
  | { readonly kind: "open"; readonly store: Store; readonly turn: OpenTurn }
  | { readonly kind: "skipped"; readonly reason: SnapshotObstacle };

/** Snapshots of one session's turns. Starts no process before the first call that may write. */
export function createTurnSnapshots(place: UndoPlace): TurnSnapshots {
  let begun: Promise<BegunTurn> | undefined;
  return {
    async before(turn) {
      begun ??= begin(place, turn);
      const result = await begun;
      return result.kind === "open" ? { kind: "taken" } : result;
    },
    async after() {
      const ended = await begun;
      begun = undefined;
      return ended?.kind === "open" ? await endTurn(ended.store, ended.turn) : { kind: "nothing" };
    },
  };
}

async function begin(place: UndoPlace, turn: { prompt: string; signal: AbortSignal }): Promise<BegunTurn> {
  const located = locateStore(place);
  if (located.kind === "obstacle") {
    return { kind: "skipped", reason: located.obstacle };
  }
  const { store } = located;
  const begun = await beginTurn(store, turn);
  return begun.ok ? { kind: "open", store, turn: begun.value } : { kind: "skipped", reason: begun.obstacle };
}
