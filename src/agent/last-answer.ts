import type { HistoryItem, MessageItem } from "../protocol/index.ts";

/** What the model said in its last response with text since the user spoke; null if it has said nothing. */
export function lastAnswer(items: readonly HistoryItem[]): string | null {
  const end = items.findLastIndex((item) => item.type === "message");
  const last = items[end];
  if (last === undefined || !isAnswer(last)) {
    return null;
  }
  // Thinking between two pieces of text parts one answer into two messages; a tool's output ends a response.
  const start = items.findLastIndex((item, index) => index < end && !isOfResponse(item)) + 1;
  return items
    .slice(start, end + 1)
    .filter(isAnswer)
    .map(textOf)
    .join("\n");
}

function isAnswer(item: HistoryItem): item is MessageItem {
  return item.type === "message" && item.role === "assistant";
}

function isOfResponse(item: HistoryItem): boolean {
  return isAnswer(item) || item.type === "reasoning" || item.type === "function_call";
}

function textOf(item: MessageItem): string {
  return item.content.map((part) => (part.type === "input_image" ? "" : part.text)).join("");
}
