/** Loaded where a session is to have one slot of llama.cpp for itself. */
import { claimSlot, type SlotLease } from "../../home/index.ts";
import { memoryPlace } from "../../wire/index.ts";
import { askBeside, type BesideOptions } from "./ask-beside.ts";

export interface FindSlotOptions extends BesideOptions {
  readonly home: string;
  /** How many there were the last time. */
  readonly known: number;
  /** What this session had before. */
  readonly former: number | undefined;
}

export type FoundSlot =
  /** `slot`: the number to ask for. */
  | {
      readonly type: "held";
      readonly lease: SlotLease | undefined;
      readonly slot?: number;
      readonly isBusy: boolean;
    }
  | { readonly type: "taken"; readonly slots: number; readonly holders: readonly number[] }
  /** Aborted before anything was taken. */
  | { readonly type: "cut" };

/**
 * A slot that no other leat session works with, and of those one that is idle. Its number is asked for only if the server has just
 * said that it exists: llama.cpp lets a request for one that does not exist wait for ever (server-context.cpp: it is deferred).
 */
export async function findSlot(options: FindSlotOptions): Promise<FoundSlot> {
  const { home, endpoint, known, former } = options;
  const states = slotStates(await askBeside("/slots", undefined, options));
  if (options.signal.aborted) {
    return { type: "cut" };
  }
  const count = states?.length ?? known;
  const busy = new Set((states ?? []).filter(({ isBusy }) => isBusy).map(({ id }) => id));
  const ids = states?.map(({ id }) => id) ?? Array.from({ length: count }, (_, id) => id);
  const inOrder = [...ids.filter((id) => !busy.has(id)), ...ids.filter((id) => busy.has(id))];
  const claim = claimSlot(home, memoryPlace(endpoint), inOrder, former);
  const areAllBusy = ids.every((id) => busy.has(id));
  switch (claim.type) {
    case "taken":
      return { type: "taken", slots: count, holders: claim.holders };
    case "unavailable":
      return { type: "held", lease: undefined, isBusy: areAllBusy };
    case "claimed": {
      const { lease } = claim;
      const isBusy = busy.has(lease.slot);
      // One slot needs no number, and asking for it by number goes past the cache of prompts that llama.cpp has in main memory.
      // One that another program works with is not waited for while there may be others.
      const isAskedFor = states !== undefined && count > 1 && !isBusy;
      return { type: "held", lease, isBusy, ...(isAskedFor ? { slot: lease.slot } : {}) };
    }
    default:
      return claim satisfies never;
  }
}

interface SlotState {
  readonly id: number;
  readonly isBusy: boolean;
}

/** A hostile list is not to make many files. */
const MOST_SLOTS = 256;

/** undefined: it does not tell (`--no-slots`, or an answer of something else). */
function slotStates(answer: unknown): readonly SlotState[] | undefined {
  if (!Array.isArray(answer) || answer.length === 0 || answer.length > MOST_SLOTS) {
    return undefined;
  }
  const states = answer.flatMap((slot: unknown) => {
    const { id, is_processing: isBusy } = (slot ?? {}) as {
      readonly id?: unknown;
      readonly is_processing?: unknown;
    };
    return typeof id === "number" && Number.isSafeInteger(id) && id >= 0 && id < MOST_SLOTS
      ? [{ id, isBusy: isBusy === true }]
      : [];
  });
  return states.length === answer.length ? states : undefined;
}
