/** Loaded when the first response of a session is there. */
import { type LineFile, statsFile } from "../../home/index.ts";
import { recordOf, type StatsPlace, type StatsRecord } from "./record.ts";

export interface StatsKeeper {
  keep(response: Parameters<typeof recordOf>[0], facts: Pick<StatsRecord, "at" | "server" | "request">): void;
  close(): void;
}

/** What can't be written is not kept: figures are no reason to trouble a turn. */
export function openStatsKeeper(home: string, place: StatsPlace): StatsKeeper {
  const opened = statsFile(home).open();
  let file: LineFile | undefined = opened.ok ? opened.file : undefined;
  const close = () => {
    file?.close();
    file = undefined;
  };
  return {
    keep(response, facts) {
      const failure = file?.append(`${JSON.stringify(recordOf(response, { ...place, ...facts }))}\n`);
      if (failure !== undefined) {
        close();
      }
    },
    close,
  };
}
