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

/** A message of the user or the assistant. The system prompt is not an item: it belongs to the request. */
export interface MessageItem {
  readonly type: "message";
  readonly role: "user" | "assistant";
  readonly content: readonly TextPart[];
}

/**
 * The model's thinking. `field` is leat's own addition: the wire field the text came in on
 * (`reasoning_content`, `reasoning`, …), because it must be sent back under that very name.
 * Absent when it came inline, as `<think>` tags.
 */
export interface ReasoningItem {
  readonly type: "reasoning";
  readonly summary: readonly [];
  readonly content: readonly { readonly type: "reasoning_text"; readonly text: string }[];
  readonly encrypted_content: null;
  readonly field?: string;
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
