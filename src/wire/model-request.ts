import type { HistoryItem, ToolSpec } from "../protocol/index.ts";

/** What the agent asks of a model, in neutral terms. */
export interface ModelRequest {
  readonly model: string;
  /** The system prompt: one message, first, the same through the whole session. */
  readonly instructions: string;
  readonly items: readonly HistoryItem[];
  readonly tools: readonly ToolSpec[];
  /** What the user configured; nothing of it is sent by default. */
  readonly settings?: GenerationSettings;
  /** The answer must be JSON of this shape; no tool is called then. */
  readonly answerSchema?: { readonly name: string; readonly schema: object };
}

export interface GenerationSettings {
  /** `none`, `minimal`, `low`, `medium`, `high` or what else the model knows. */
  readonly reasoningEffort?: string;
  readonly reasoningSummary?: string;
  readonly verbosity?: string;
  readonly maxOutputTokens?: number;
  /** Which of llama.cpp's slots is to answer: set only where it is known that llama.cpp will, and has that many. */
  readonly slot?: number;
  /** Put over our own top-level keys, last. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
}
