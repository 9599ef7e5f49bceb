/** Which item of the output an event speaks of, by its own words. */
export interface Place {
  readonly id: string | undefined;
  readonly index: number | undefined;
}

/**
 * The items of one kind by what events call them. Neither name can be trusted alone: llama.cpp sends no
 * `output_index`, vLLM empty ids, and GitHub Copilot another id with each event.
 */
interface Slots<Slot> {
  add(place: Place, slot: Slot): void;
  /** A further name of the same. */
  alias(id: string, slot: Slot): void;
  find(place: Place): Slot | undefined;
  /** The item that is open, if an event that names none we know can only mean that one. */
  open(place: Place, phase: "delta" | "end"): Slot | undefined;
  readonly isEmpty: boolean;
}

export function createSlots<Slot extends { readonly isDone: boolean }>(): Slots<Slot> {
  const byBoth = new Map<string, Slot>();
  const byId = new Map<string, Slot>();
  const byIndex = new Map<number, Slot>();
  let latest: Slot | undefined;

  return {
    add(place, slot) {
      const { id, index } = place;
      if (id !== undefined) {
        byId.set(id, slot);
      }
      if (index !== undefined) {
        byIndex.set(index, slot);
      }
      if (id !== undefined && index !== undefined) {
        byBoth.set(`${index} ${id}`, slot);
      }
      latest = slot;
    },
    alias(id, slot) {
      if (!byId.has(id)) {
        byId.set(id, slot);
      }
    },
    find({ id, index }) {
      const both = id !== undefined && index !== undefined ? byBoth.get(`${index} ${id}`) : undefined;
      const named = id === undefined ? undefined : byId.get(id);
      const counted = index === undefined ? undefined : byIndex.get(index);
      // Some servers count every item as the first: one that is done takes no second name.
      const isTaken = counted?.isDone === true && id !== undefined;
      return both ?? named ?? (isTaken ? undefined : counted);
    },
    open({ id, index }, phase) {
      if (latest === undefined || latest.isDone) {
        return undefined;
      }
      // vLLM counts `output_index` up between the deltas and the end of the same item.
      return index === undefined || (phase === "end" && id === undefined) ? latest : undefined;
    },
    get isEmpty() {
      return latest === undefined;
    },
  };
}
