import type { ServerState } from "../protocol/index.ts";
import { safeLine } from "./safe-text.ts";

/** What stands before the clock while the server does that. */
export function stateLabel(state: ServerState): string {
  switch (state.kind) {
    case "loading":
      return `loading ${safeLine(state.model)}`;
    case "queued":
      return state.slots === 1
        ? "queued: the one slot of the server is busy"
        : `queued: all ${state.slots} slots of the server are busy`;
    case "reading":
      return "waiting for the model";
    default:
      return state satisfies never;
  }
}
