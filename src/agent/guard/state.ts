import type { GuardCounts, HistoryItem, LoopError, Notice } from "../../protocol/index.ts";
import type { GuardSettings } from "./settings.ts";

/** What is counted of a turn. */
export interface GuardState {
  readonly settings: GuardSettings;
  readonly counts: { -readonly [Key in keyof GuardCounts]: GuardCounts[Key] };
  /** What the model was told before. */
  readonly nudged: Set<Notice["kind"]>;
  /** In a row: a call or an answer between two of them makes the second a first one. */
  reasoningCuts: number;
}

export interface Nudge {
  readonly notice: Notice;
  /** To the model, as if from the user. */
  readonly message?: string;
}

export interface Cut {
  readonly items: readonly HistoryItem[];
  readonly next: Required<Nudge> | LoopError;
}
