import type { TurnSnapshots } from "../protocol/index.ts";
import { runUnconfined } from "../sandbox/index.ts";
import type { UndoPlace } from "../undo/index.ts";

/** Snapshots that cost nothing before the first call that may change files. */
export function openSnapshots(place: Omit<UndoPlace, "run">): TurnSnapshots {
  let opened: Promise<TurnSnapshots> | undefined;
  return {
    async before(turn) {
      opened ??= import("../undo/index.ts").then(({ createTurnSnapshots }) =>
        createTurnSnapshots({ ...place, run: runUnconfined }),
      );
      return await (await opened).before(turn);
    },
    after: async () => (await opened)?.after() ?? { kind: "nothing" },
  };
}
