import type { ModelEvent } from "./model-event.ts";

/**
 * The same response without its deltas: finished items, each once and in order, then the end. For callers
 * that do not show anything live. Nothing is recomputed, so nothing can differ from the streamed form.
 *
 * @public No front end of today needs it; `--json` will.
 */
export async function* aggregate(events: AsyncIterable<ModelEvent>): AsyncGenerator<ModelEvent, void, void> {
  for await (const event of events) {
    switch (event.type) {
      case "item":
      case "completed":
      case "interrupted":
      case "failed":
      case "notice":
        yield event;
        break;
      case "prefill-progress":
      case "reasoning-delta":
      case "text-delta":
      case "call-delta":
      case "response-discarded":
        break;
      default:
        event satisfies never;
    }
  }
}
