import type { HistoryItem, MessageItem, SessionError, TokenUsage } from "../protocol/index.ts";
import type { RolloutUsage, Session } from "../session/index.ts";

/** Writes an item, and beside it the event from which Codex rebuilds its screen. */
export function recordItem(session: Session, item: HistoryItem): SessionError | undefined {
  const unwritten = session.append(item);
  if (unwritten !== undefined) return unwritten;
  switch (item.type) {
    case "message":
      return session.recordEvent({ type: "agent_message", message: textOf(item) });
    case "reasoning":
      return session.recordEvent({ type: "agent_reasoning_raw_content", text: textOf(item) });
    case "function_call":
    case "function_call_output":
      return undefined;
    default:
      return item satisfies never;
  }
}

/** What the model said in its last response with text since the user spoke; null if it has said nothing. */
export function lastAnswer(items: readonly HistoryItem[]): string | null {
  const end = items.findLastIndex((item) => item.type === "message");
  const last = items[end];
  if (last === undefined || !isAnswer(last)) return null;
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

/** Codex's format has no unknown counts: they are written as 0. */
export function recordUsage(
  session: Session,
  total: TokenUsage,
  last: TokenUsage,
  contextWindow: number | undefined,
): SessionError | undefined {
  if (Object.keys(last).length === 0) return undefined;
  return session.recordEvent({
    type: "token_count",
    info: {
      total_token_usage: toRollout(total),
      last_token_usage: toRollout(last),
      model_context_window: contextWindow ?? null,
    },
    rate_limits: null,
  });
}

function toRollout(usage: TokenUsage): RolloutUsage {
  const input = usage.inputTokens ?? 0;
  const output = usage.outputTokens ?? 0;
  return {
    input_tokens: input,
    cached_input_tokens: usage.cachedInputTokens ?? 0,
    output_tokens: output,
    reasoning_output_tokens: usage.reasoningTokens ?? 0,
    total_tokens: usage.totalTokens ?? input + output,
  };
}

function textOf(item: { readonly content: readonly { readonly text: string }[] }): string {
  return item.content.map((part) => part.text).join("");
}
