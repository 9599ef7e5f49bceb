import type { AgentEvent, GuardCounts, HistoryItem } from "../../protocol/index.ts";
import type { Completion } from "../../wire/index.ts";
import type { CallGuard } from "./guard-call.ts";
import type { GuardSettings } from "./settings.ts";
import type { Cut, GuardState, Nudge } from "./state.ts";
import type { CutReason } from "./stream-watch.ts";

/**
 * The loop guard of one turn. Nothing it does is done for ever: each of its helps has a number. What is needed only when
 * something goes wrong, or when an answer is whole, is loaded then.
 */
export interface TurnGuard {
  /** Of an answer that was not read to its end: what of it goes into the history, and how it goes on. */
  cut(reason: CutReason, partial: readonly HistoryItem[]): Promise<Cut>;
  /** Of an answer without a call: what the user is told, and the model, if it shall go on. */
  nudge(items: readonly HistoryItem[], completion: Completion): Promise<Nudge | undefined>;
  /** For the calls of a response; undefined where the user has switched it off. */
  calls(): Promise<CallGuard | undefined>;
  /** The model no longer has its earlier results before it, and may ask for them again. */
  forgetCalls(): void;
  /** How often it stepped in; nothing at all if it never did. */
  readonly counts: { readonly guard?: GuardCounts };
}

export function createTurnGuard(settings: GuardSettings, emit: (event: AgentEvent) => void): TurnGuard {
  const state: GuardState = { settings, counts: {}, nudged: new Set(), reasoningCuts: 0 };
  let callGuard: CallGuard | undefined;
  return {
    async cut(reason, partial) {
      const { cutAnswer } = await import("./after-response.ts");
      return cutAnswer(state, reason, partial);
    },
    async nudge(items, completion) {
      if (!completion.isEmpty) {
        state.reasoningCuts = 0;
      }
      if (!settings.unfinishedAnswers) {
        return undefined;
      }
      const { nudgeAfter } = await import("./after-response.ts");
      return nudgeAfter(state, items, completion);
    },
    async calls() {
      state.reasoningCuts = 0;
      if (settings.repeatedCalls && callGuard === undefined) {
        const { createCallGuard } = await import("./guard-call.ts");
        callGuard = createCallGuard({ emit, count: (what) => countOne(state, what) });
      }
      callGuard?.beginResponse();
      return callGuard;
    },
    forgetCalls() {
      callGuard?.forget();
    },
    get counts() {
      return Object.keys(state.counts).length === 0 ? {} : { guard: { ...state.counts } };
    },
  };
}

function countOne({ counts }: GuardState, what: keyof GuardCounts): void {
  counts[what] = (counts[what] ?? 0) + 1;
}
