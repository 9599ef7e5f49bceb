/** What the user left switched on of the loop guard. */
export interface GuardSettings {
  /** The same call with the same result, and the same error from different calls. */
  readonly repeatedCalls: boolean;
  /** Thinking, text or arguments that repeat themselves without end. */
  readonly repeatedText: boolean;
  /** Answers that end with nothing, or with a step announced but not taken. */
  readonly unfinishedAnswers: boolean;
  /** Tokens of thinking at a stretch; absent: as much as the model likes. */
  readonly reasoningBudget?: number;
}
