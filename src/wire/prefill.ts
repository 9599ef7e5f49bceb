import { asNumber, type JsonObject } from "./json.ts";
import type { ModelEvent } from "./model-event.ts";

/** llama.cpp's `prompt_progress`: how much of the prompt has been read. */
export function readProgress(progress: JsonObject, events: ModelEvent[]): void {
  const processed = asNumber(progress["processed"]);
  const total = asNumber(progress["total"]);
  if (processed === undefined || total === undefined) {
    return;
  }
  const cached = asNumber(progress["cache"]);
  const elapsedMs = asNumber(progress["time_ms"]);
  events.push({
    type: "prefill-progress",
    progress: {
      processed,
      total,
      ...(cached === undefined ? {} : { cached }),
      ...(elapsedMs === undefined ? {} : { elapsedMs }),
    },
  });
}

/** MLX-LM's `2048/8192`: tokens of the prompt read, and all of them. */
export function readKeepalive(data: string, events: ModelEvent[]): void {
  const [, processed, total] = /^(\d+)\/(\d+)$/.exec(data) ?? [];
  readProgress({ processed: Number(processed), total: Number(total) }, events);
}
