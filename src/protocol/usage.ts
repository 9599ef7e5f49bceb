/** Token counts of one response or of a whole turn. An absent field is unknown, which is not zero. */
export interface TokenUsage {
  readonly inputTokens?: number;
  readonly cachedInputTokens?: number;
  readonly outputTokens?: number;
  readonly reasoningTokens?: number;
  readonly totalTokens?: number;
}

/** What a prompt holds, in tokens: counted by the server as a whole, shared out among its parts by their bytes. */
export interface ContextFill {
  readonly tokens: number;
  /** Tokens the model can hold, where that is known. */
  readonly window?: number;
  /** The largest first. */
  readonly parts: readonly { readonly part: ContextPart; readonly tokens: number }[];
}

/** `project`: AGENTS.md and the facts of the environment. */
export type ContextPart =
  | "instructions"
  | "tools"
  | "project"
  | "user"
  | "answers"
  | "thinking"
  | "calls"
  | "outputs";

/** Clock times of one response, in milliseconds since the request left. */
export interface ResponseTiming {
  /** Until the first character of reasoning, text or a tool call. Absent if none came. */
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  /** Reading the prompt: the tokens that were not in the server's cache. */
  readonly prefill?: Speed & { readonly tokens: number };
  /** Writing the answer, from its first token on. */
  readonly decode?: Speed;
}

/** `server`: in its own figures. `clock`: by our own, which the line and the reading of the stream slow down. */
export interface Speed {
  readonly tokensPerSecond: number;
  readonly by: "server" | "clock";
}
