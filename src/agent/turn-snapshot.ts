import type { AgentEvent, TurnSnapshots } from "../protocol/index.ts";

/** What a turn keeps of the files it is about to change. */
export interface TurnSnapshot {
  /** Before every call that may change files; only the first does anything. */
  readonly keep: () => Promise<void>;
  /** When the turn has ended, in whatever way. */
  readonly close: () => Promise<void>;
}

export function createTurnSnapshot(options: {
  /** undefined: the user has switched it off. */
  readonly snapshots: TurnSnapshots | undefined;
  readonly prompt: string;
  readonly signal: AbortSignal;
  readonly emit: (event: AgentEvent) => void;
}): TurnSnapshot {
  const { snapshots, prompt, signal, emit } = options;
  let isTold = false;
  return {
    async keep() {
      const start = await snapshots?.before({ prompt, signal });
      if (start?.kind === "skipped" && !isTold) {
        isTold = true;
        emit({ type: "notice", notice: { kind: "no-snapshot", reason: start.reason } });
      }
    },
    async close() {
      const end = await snapshots?.after();
      if (end?.kind === "unfinished") {
        emit({ type: "notice", notice: { kind: "no-snapshot", reason: end.reason } });
      }
    },
  };
}
