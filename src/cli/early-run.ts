/** Loaded where the prompt comes from stdin. */
import { sleep } from "../net/index.ts";
import { holdOutput } from "./held-output.ts";
import type { Io } from "./io.ts";

/** A run that is prepared before its prompt is there. */
export interface EarlyRun<Prepared> {
  /** undefined: what there is to prepare takes more than looking, and waits for the prompt. */
  take(): Promise<Prepared | undefined>;
  /** No prompt comes. */
  drop(): Promise<void>;
}

interface EarlyWork<Prepared> {
  /** What it says is held back until the prompt is there. */
  readonly prepare: (io: Io) => Promise<Prepared | undefined>;
  /** Must return at once. */
  readonly warm: (prepared: Prepared) => void;
  readonly close: (prepared: Prepared) => Promise<void>;
}

/** A prompt that is there at once needs no preparation: its request leaves, and nothing is asked of the server before. */
const BEGIN_AFTER_MS = 150;

/**
 * While somebody types into stdin, or a program is about to, the run is prepared and the server warmed. Nothing of it is seen before
 * the prompt is there; then everything is said in the order in which it would have been said without.
 */
export async function beginEarly<Prepared>(
  reading: Promise<unknown>,
  io: Io,
  { prepare, warm, close }: EarlyWork<Prepared>,
): Promise<EarlyRun<Prepared> | undefined> {
  const read = new AbortController();
  const isRead = reading.then(
    () => read.abort(),
    () => read.abort(),
  );
  await Promise.race([isRead, sleep(BEGIN_AFTER_MS, read.signal)]);
  if (read.signal.aborted) {
    return undefined;
  }
  const held = holdOutput(io.stderr);
  const preparing = prepare({ ...io, stderr: held.stream }).then((prepared) => {
    if (prepared !== undefined && !read.signal.aborted) {
      warm(prepared);
    }
    return prepared;
  });
  // Who takes it gets the error; until then nobody does.
  preparing.catch(() => {});
  return {
    async take() {
      const prepared = await preparing;
      held.release();
      return prepared;
    },
    async drop() {
      const prepared = await preparing;
      held.discard();
      if (prepared !== undefined) {
        await close(prepared);
      }
    },
  };
}
