/**
 * The quirks of one server or model family, as data. Chosen once per endpoint and model by `pick.ts`, overlaid
 * with what was learnt by `adapt.ts`; the codecs ask the record and never look at a URL or a model name.
 */
export interface Dialect {
  readonly name: string;
  /** `return_progress: true` is understood: prompt reading is reported as `prompt_progress` chunks. */
  readonly reportsPrefill: boolean;
  /** Top-level parameters that are left out of every request. */
  readonly refusedParameters: ReadonlySet<string>;
  /** Tools are offered as `tools`, or described in the system text where that is refused. */
  readonly tools: "parameter" | "prompt";
  /** Answers to requests with `tools` may be streamed. */
  readonly streamsWithTools: boolean;
  /** Where the system text goes; templates without a system role get it in front of the first user message. */
  readonly system: "message" | "first-user-message";
  /** Alternating: between a tool's result and a user message stands one of the assistant. */
  readonly turns: "free" | "alternating";
  /** Strings, and arrays of parts where a picture needs them; or only the one or the other. */
  readonly content: "strings-and-parts" | "strings" | "parts";
  /** What `content` is beside tool calls without text. */
  readonly emptyContent: "null" | "empty-string" | "absent";
  /** A message may hold text and tool calls at once. */
  readonly textBesideCalls: boolean;
  /** How many tool calls one message of the history may hold. */
  readonly callsInOneMessage: "many" | "one";
  readonly callIds: "verbatim" | "plain" | "nine-alphanumeric";
  /** Put into every tool call of the history. */
  readonly callExtras: Readonly<Record<string, unknown>>;
  /** Results carry the name of their tool. */
  readonly namesToolResults: boolean;
  /** Which messages carry thinking; `thinking-parts`: those with calls, as parts of the content. */
  readonly reasoning: "never" | "with-calls" | "always" | "thinking-parts";
  /** The message field thinking goes back in. */
  readonly reasoningField: "as-received" | "reasoning_content" | "reasoning";
  /** On the Responses API, thinking comes encrypted, is taken back in no other form, and ids name what is kept there. */
  readonly sealsReasoning: boolean;
  /** How the reasoning effort is asked for: every one of these parameters is sent. */
  readonly effort: readonly EffortParameter[];
  readonly maxTokensField: "max_tokens" | "max_completion_tokens";
}

export type EffortParameter =
  | "reasoning_effort"
  | "chat_template_kwargs"
  | "reasoning"
  | "thinking"
  | "enable_thinking";

/** What differs from the generic dialect. */
export type Quirks = Partial<Dialect>;

/** The same, with a name of its own. */
export type NamedQuirks = Quirks & { readonly name: string };
