import type { Track } from "./output.ts";

/** What an event of the stream does; all others are passed over. */
type EventKind =
  | { readonly type: "delta" | "track-end"; readonly track: Track }
  | { readonly type: "part-end" | "summary-part" | "item" | "item-end" | "response-end" | "error" };

export function eventKind(name: string): EventKind | undefined {
  return KINDS.get(name);
}

/** By the name that stands between `response.` and `.delta` or `.done`. */
const TRACKS: readonly (readonly [string, Track])[] = [
  ["output_text", "text"],
  ["refusal", "refusal"],
  ["reasoning_text", "content"],
  // The names before OpenAI settled on these; some gateways still have them.
  ["reasoning", "content"],
  ["reasoning_content", "content"],
  ["reasoning_summary_text", "summary"],
  ["reasoning_summary", "summary"],
  ["function_call_arguments", "arguments"],
  ["custom_tool_call_input", "input"],
];

const KINDS: ReadonlyMap<string, EventKind> = new Map<string, EventKind>([
  ...TRACKS.flatMap(([name, track]): [string, EventKind][] => [
    [`response.${name}.delta`, { type: "delta", track }],
    [`response.${name}.done`, { type: "track-end", track }],
  ]),
  ["response.content_part.done", { type: "part-end" }],
  // vLLM's own.
  ["response.reasoning_part.done", { type: "part-end" }],
  ["response.reasoning_summary_part.added", { type: "summary-part" }],
  ["response.reasoning_summary_part.done", { type: "part-end" }],
  ["response.output_item.added", { type: "item" }],
  ["response.output_item.done", { type: "item-end" }],
  ["response.completed", { type: "response-end" }],
  ["response.done", { type: "response-end" }],
  ["response.incomplete", { type: "response-end" }],
  ["response.failed", { type: "response-end" }],
  ["response.cancelled", { type: "response-end" }],
  ["response.error", { type: "error" }],
  ["error", { type: "error" }],
]);
