/** The servers that are known by what they say of themselves. `openai-like`: any other with a list of models. */
export type ServerKind =
  | "lmstudio"
  | "ollama"
  | "llamacpp"
  | "llamacpp-router"
  | "vllm"
  | "sglang"
  | "mlx"
  | "tabbyapi"
  | "koboldcpp"
  | "localai"
  | "litellm"
  | "openai-like";

/**
 * What was learnt of a server at run time and is worth knowing the next time. Every field is something the
 * server said or did; what an answer does not tell stays absent.
 */
export interface ServerFacts {
  /** Who answered the last time it was asked. */
  readonly kind?: ServerKind;
  /** Requests it works on at a time, each with a cache of its own (llama.cpp's slots, LM Studio's `parallel`). */
  readonly slots?: number;
  /** The API that works where the configured one does not. */
  readonly wireApi?: "chat" | "responses";
  /** Tools together with streaming are refused (llama.cpp before 2025): it is asked without streaming. */
  readonly refusesStreamedTools?: boolean;
  /** `content: null` beside tool calls is refused: an empty string is sent (LM Studio). */
  readonly refusesNullContent?: boolean;
  /** Content as an array of parts is refused: pictures are left out. */
  readonly refusesContentParts?: boolean;
  /** Content as a string is refused: arrays of parts are sent. */
  readonly refusesContentStrings?: boolean;
}

/** What was learnt of one model on that server: most of it is the doing of its chat template. */
export interface ModelFacts {
  /** Top-level request parameters that were refused, by their names in our request: OpenAI's models differ in them. */
  readonly refusedParameters?: readonly string[];
  /** Under which name it takes the limit of output tokens, where the usual one was refused. */
  readonly maxTokensField?: "max_tokens" | "max_completion_tokens";
  /** `tools` are refused: they are described in the prompt instead. */
  readonly refusesTools?: boolean;
  /** The template knows no system message: its text goes into the first user message. */
  readonly refusesSystemRole?: boolean;
  /** User and assistant must take turns, also after a tool's result. */
  readonly rolesMustAlternate?: boolean;
  /** The template opens the thinking itself, so that answers begin inside it. */
  readonly opensThinking?: boolean;
  /** Thinking must be sent back with every message of the assistant (DeepSeek). */
  readonly wantsReasoningReplay?: boolean;
  /** Thinking in the history is refused (Groq). */
  readonly refusesReasoningReplay?: boolean;
  /** Ids of tool calls must be short and plain, or nine letters and digits (Mistral). */
  readonly toolCallIds?: "plain" | "nine-alphanumeric";
  /** Results of tools must carry the tool's name (Gemini). */
  readonly wantsToolResultName?: boolean;
  /** A message holds either text or calls (Mistral's older tokenizers): text beside calls is left out. */
  readonly refusesTextBesideCalls?: boolean;
  /** A message holds one call at most (Llama 3.1): parallel calls follow one another, each with its result. */
  readonly refusesParallelCalls?: boolean;
  /** On the Responses API, thinking is taken back encrypted only, and nothing by its id (OpenAI behind a proxy). */
  readonly sealsReasoning?: boolean;
  /** The API on which this model alone is served. */
  readonly wireApi?: "chat" | "responses";
  /** The server had it under this name when it was asked: a typed name that is known needs no question. */
  readonly isListed?: boolean;
  /** Tokens it holds as it runs, as the server said: when it was asked, or when it refused a prompt as too long. */
  readonly contextWindow?: number;
  /** How fast it read a prompt the last time that could be told, in tokens a second: what the wait for the next one is judged by. */
  readonly prefillTokensPerSecond?: number;
}

export interface EndpointFacts {
  readonly server: ServerFacts;
  readonly model: ModelFacts;
}

/** Facts by base URL, and by model below it. The wire asks and tells; where they are kept is not its business. */
export interface EndpointMemory {
  get(endpoint: string, model: string): EndpointFacts;
  /** Adds to what is known; a value of undefined changes nothing. */
  put(endpoint: string, model: string, facts: Partial<EndpointFacts>): void;
}
