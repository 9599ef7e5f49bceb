/**
 * History items: what a conversation is made of, in memory and in the rollout file.
 *
 * The shape is Codex's `ResponseItem` (reference: codex-rs protocol, September 2025), so that session files
 * can be read by either program. Nothing here knows how a provider spells it on the wire.
 */

interface TextPart {
  readonly type: "input_text" | "output_text";
  readonly text: string;
}

/** A picture of the user's, as a `data:` URI, spelt as Codex spells it. */
interface ImagePart {
  readonly type: "input_image";
  readonly image_url: string;
}

/** A message of the user or the assistant. The system prompt is not an item: it belongs to the request. */
export interface MessageItem {
  readonly type: "message";
  readonly role: "user" | "assistant";
  readonly content: readonly (TextPart | ImagePart)[];
}

/**
 * The model's thinking, in full (`content`), in summary, or sealed so that only the server can read it.
 * `id` and `encrypted_content` came with it on the Responses API and go back with it. `field` is leat's own
 * addition: on Chat Completions, the wire field the text came in on (`reasoning_content`, `reasoning`, …),
 * because it must be sent back under that very name. Absent when it came inline, as `<think>` tags.
 */
export interface ReasoningItem {
  readonly type: "reasoning";
  readonly id?: string;
  readonly summary: readonly { readonly type: "summary_text"; readonly text: string }[];
  readonly content: readonly { readonly type: "reasoning_text"; readonly text: string }[];
  readonly encrypted_content: string | null;
  readonly field?: string;
  /** OpenRouter's `reasoning_details` of this thinking, verbatim: they may be signed. `field` is that name then. */
  readonly details?: readonly unknown[];
}

/** `arguments` is the JSON text as the model wrote it, not yet parsed. */
export interface FunctionCallItem {
  readonly type: "function_call";
  readonly name: string;
  readonly arguments: string;
  readonly call_id: string;
}

export interface FunctionCallOutputItem {
  readonly type: "function_call_output";
  readonly call_id: string;
  readonly output: string;
}

export type HistoryItem = MessageItem | ReasoningItem | FunctionCallItem | FunctionCallOutputItem;
