/**
 * The quirks of one server or model family, as data. Chosen once per endpoint and model by `pick.ts`;
 * the codecs ask the record and never look at a URL or a model name.
 */
export interface Dialect {
  readonly name: string;
  /** Reasoning is sent back, under the field it came in on, with messages that carry tool calls. */
  readonly replaysReasoning: boolean;
  /** `return_progress: true` is understood: prompt reading is reported as `prompt_progress` chunks. */
  readonly reportsPrefill: boolean;
}
