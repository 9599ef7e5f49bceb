import type { Completion } from "../wire/index.ts";
import type { Turn } from "./turn-state.ts";

/** What the user must know of an answer that came, though not quite as it should. */
export function noticeOddities(turn: Turn, completion: Completion): void {
  const { emit } = turn;
  if (completion.finish === "length") {
    emit({ type: "notice", notice: { kind: "output-truncated" } });
  }
  if (completion.finish === "content_filter") {
    emit({ type: "notice", notice: { kind: "content-filtered" } });
  }
  // Those with a name are shown as calls that failed.
  const nameless = completion.invalidCalls.filter((call) => call.name === null).length;
  if (nameless > 0) {
    emit({ type: "notice", notice: { kind: "nameless-calls", count: nameless } });
  }
  for (const { name, repairs } of completion.repairs) {
    emit({ type: "notice", notice: { kind: "arguments-repaired", name, repairs } });
  }
  if (completion.unreadableEvents > 0) {
    emit({ type: "notice", notice: { kind: "unreadable-events", count: completion.unreadableEvents } });
  }
}
