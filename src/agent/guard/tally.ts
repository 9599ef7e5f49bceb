import type { GuardCounts } from "../../protocol/index.ts";

/** How often the guard stepped in, for the end of the turn. */
export interface GuardTally {
  count(what: keyof GuardCounts): void;
  /** For the end of the turn; nothing at all if nothing happened. */
  readonly result: { readonly guard?: GuardCounts };
}

export function createTally(): GuardTally {
  const counts: { -readonly [Key in keyof GuardCounts]: GuardCounts[Key] } = {};
  return {
    count(what) {
      counts[what] = (counts[what] ?? 0) + 1;
    },
    get result() {
      return Object.keys(counts).length === 0 ? {} : { guard: { ...counts } };
    },
  };
}
