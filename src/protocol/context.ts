import type { ServerKind } from "./endpoint.ts";

/** What is told of a model's context window and of the server's prompt cache. Counts are tokens. */

interface ServedModelName {
  readonly model: string;
  /** Where it is known who answers. */
  readonly server?: ServerKind;
}

export interface WindowLearnt extends ServedModelName {
  readonly tokens: number;
  /** What was thought until then. */
  readonly before?: number;
  /** What the model was made for, where the server says so. */
  readonly most?: number;
  /** What the prompt holds by now, if that is more than the window has room for. */
  readonly prompt?: number;
}

export interface ContextTruncation extends ServedModelName {
  /** About. */
  readonly sent: number;
  /** As the server counts. */
  readonly read: number;
  readonly window?: number;
}

export interface CacheMiss extends ServedModelName {
  /** So many of the prompt had been sent before. */
  readonly expected: number;
  readonly cached: number;
  readonly cause: CacheMissCause;
}

export type CacheMissCause =
  /** We sent something else than before. */
  | { readonly type: "prompt-changed"; readonly change: PromptChange }
  /** The model looks back a short way only, or keeps a state instead of a cache: of most of the prompt nothing can be used again. */
  | { readonly type: "sliding-window" }
  /** Nobody asked for so long that the model was unloaded. */
  | { readonly type: "unloaded"; readonly pauseMs: number }
  /** The server has not once had anything in its cache. */
  | { readonly type: "uncached" }
  /** It had, and has no more: another client came between, or it was started anew. */
  | { readonly type: "dropped"; readonly slots?: number };

/** The first place where a prompt differs from the one before, in the order in which servers read it. */
export type PromptChange =
  | { readonly part: "tools"; readonly name: string }
  | { readonly part: "instructions" }
  | { readonly part: "setting"; readonly name: string }
  | {
      readonly part: "message";
      readonly index: number;
      readonly role: string;
      readonly before: string;
      readonly after: string;
    };
