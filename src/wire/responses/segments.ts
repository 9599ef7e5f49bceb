import type { FunctionCallItem, HistoryItem, ReasoningItem } from "../../protocol/index.ts";
import type { AssembledCall } from "../chat/tool-calls.ts";
import type { CallTrack } from "./call-track.ts";
import type { Run } from "./runs.ts";
import type { ReasoningSlot, Slot } from "./slot.ts";

/** A piece of the output with the calls in it, which get their ids before it becomes items. */
export interface Segment {
  readonly calls: readonly AssembledCall[];
  items(calls: readonly FunctionCallItem[]): readonly HistoryItem[];
}

export function toSegments(runs: readonly Run<Slot>[], calls: CallTrack): Segment[] {
  const seen = new Set<Slot>();
  return inOrder(runs).map((run) => {
    const { slot } = run;
    const isFirst = !seen.has(slot);
    seen.add(slot);
    switch (slot.kind) {
      case "message":
        return run;
      case "reasoning":
        return { calls: run.calls, items: (own) => toReasoningItems(run, { slot, isFirst }, run.items(own)) };
      case "call":
        return { calls: calls.assemble(slot), items: run.items };
      default:
        return slot satisfies never;
    }
  });
}

/** LM Studio tells the thinking after the answer, yet counts it as the first item (earendil-works/pi#4193). */
function inOrder(runs: readonly Run<Slot>[]): readonly Run<Slot>[] {
  const isCounted = runs.every(({ slot }) => slot.index !== undefined);
  return isCounted ? runs.toSorted((a, b) => (a.slot.index ?? 0) - (b.slot.index ?? 0)) : runs;
}

/** What belongs to the thinking as a whole goes with its first run. */
function toReasoningItems(
  run: Run<Slot>,
  { slot, isFirst }: { readonly slot: ReasoningSlot; readonly isFirst: boolean },
  items: readonly HistoryItem[],
): readonly HistoryItem[] {
  const others = items.filter((item) => item.type !== "reasoning");
  const shown = items.flatMap((item) => (item.type === "reasoning" ? item.content : []));
  const summary = slot.summary.parts.map((text) => ({ type: "summary_text" as const, text }));
  const told = slot.content.parts.map((text) => ({ type: "reasoning_text" as const, text }));
  const isSummary = run.kind === "bare" || slot.shown === "summary";
  if (!isFirst) {
    return isSummary ? others : [...toItem({ content: shown }), ...others];
  }
  const own = {
    ...(slot.id === undefined ? {} : { id: slot.id }),
    encrypted_content: slot.encrypted ?? null,
  };
  return [...toItem({ ...own, summary, content: isSummary ? told : shown }), ...others];
}

function toItem(known: Partial<ReasoningItem>): ReasoningItem[] {
  const { id, summary = [], content = [], encrypted_content = null } = known;
  const isBlank = [...summary, ...content].every((part) => part.text.trim() === "");
  if (isBlank && encrypted_content === null) {
    return [];
  }
  return [{ type: "reasoning", ...(id === undefined ? {} : { id }), summary, content, encrypted_content }];
}
