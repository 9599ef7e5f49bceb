/** What a practice script may say. The keys are those of the JSON file (docs/practice.md), hence snake_case. */

export interface Script {
  /** The model's name in `/v1/models` and in answers. */
  readonly model?: string;
  /** One reply per chat request, in order. */
  readonly replies: readonly Reply[];
  /** What a request gets for which no reply is left. Default `fail`: status 500. */
  readonly after?: "repeat-last" | "fail";
}

/** `chunks` makes a reply raw, `status` without `chunks` a plain answer; everything else is semantic. */
export type Reply = SemanticReply | StatusReply | RawReply;

/** `human` is about 30 tokens a second after a visible prefill; `full` never waits. */
export type Pace = "human" | "full" | { readonly tokens_per_second: number };

/** Texts the request body (as it was sent, unparsed) must hold or must not hold. */
export interface ReplyCondition {
  readonly body_has?: string;
  readonly body_lacks?: string;
}

/** What the model says; the server makes chunks (or one JSON body) of it. */
export interface SemanticReply {
  readonly when?: ReplyCondition;
  readonly reasoning?: string;
  /** The delta key the reasoning comes under. Default `reasoning_content`. */
  readonly reasoning_field?: string;
  /** The reasoning comes as `<think>…</think>` in front of the text. */
  readonly inline_think?: boolean;
  readonly text?: string;
  readonly calls?: readonly CallSpec[];
  /** An object is sent as it is, asked for or not; `false` sends no counts at all, `timings` neither. */
  readonly usage?: Readonly<Record<string, unknown>> | false;
  /** `null`: no chunk states a finish reason. */
  readonly finish?: string | null;
  /** `false`: the stream ends without `[DONE]`. */
  readonly done?: boolean;
  readonly pace?: Pace;
  /** The prompt's size and how long reading it takes; played as written at any pace. */
  readonly prefill?: { readonly tokens: number; readonly ms: number };
}

export interface CallSpec {
  readonly name: string;
  /** An object is serialized; a string goes out as it is, valid JSON or not. */
  readonly arguments: Readonly<Record<string, unknown>> | string;
  readonly id?: string;
}

/** An answer without a stream: an error, a redirect, a page that is no API at all. */
export interface StatusReply {
  readonly when?: ReplyCondition;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readonly<Record<string, unknown>>;
  readonly delay_ms?: number;
}

/** Bytes, exactly as given, each chunk in a socket write of its own. */
export interface RawReply {
  readonly when?: ReplyCondition;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly chunks: readonly RawChunk[];
  /** `destroy` resets the connection, `hang` leaves it open and silent. Default `close`. */
  readonly end?: "close" | "destroy" | "hang";
}

type RawChunk = string | { readonly base64: string } | { readonly wait_ms: number };
