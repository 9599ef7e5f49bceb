/** Token counts of one response or of a whole turn. An absent field is unknown, which is not zero. */
export interface TokenUsage {
  readonly inputTokens?: number;
  readonly cachedInputTokens?: number;
  readonly outputTokens?: number;
  readonly reasoningTokens?: number;
  readonly totalTokens?: number;
}

/** Clock times of one response, in milliseconds since the request left. */
export interface ResponseTiming {
  /** Until the first character of reasoning, text or a tool call. Absent if none came. */
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  /** Output tokens per second, as the server states it or measured from the first token on. */
  readonly tokensPerSecond?: number;
}
