import type { HistoryItem, ToolSpec } from "../protocol/index.ts";

/** What the agent asks of a model, in neutral terms. */
export interface ModelRequest {
  readonly model: string;
  /** The system prompt: one message, first, the same through the whole session. */
  readonly instructions: string;
  readonly items: readonly HistoryItem[];
  readonly tools: readonly ToolSpec[];
}
