import type { ModelEvent } from "./model-event.ts";

/** Deltas of one kind that arrive in one read leave as one, so that they cost one write. */
export function appendDelta(
  type: "text-delta" | "reasoning-delta",
  text: string,
  events: ModelEvent[],
): void {
  const last = events.at(-1);
  if (last?.type === type) {
    events[events.length - 1] = { type, text: last.text + text };
  } else {
    events.push({ type, text });
  }
}

/** That a call grows is said once in a row. */
export function noteCall(events: ModelEvent[], text = ""): void {
  const last = events.at(-1);
  if (last?.type !== "call-delta") {
    events.push({ type: "call-delta", text });
  } else if (text !== "") {
    events[events.length - 1] = { type: "call-delta", text: last.text + text };
  }
}
