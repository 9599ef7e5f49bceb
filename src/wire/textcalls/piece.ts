import type { AssembledCall } from "../chat/tool-calls.ts";

/** What a scanner makes of a text: what stays text, and what is something else. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  /** The calls of one body, and its text as it stood, markers included. */
  | {
      readonly kind: "calls";
      readonly raw: string;
      readonly calls: readonly AssembledCall[];
      /** The markers are tokens that nobody quotes. */
      readonly isSpecialToken: boolean;
    }
  /** What stands after a call and belongs to it. */
  | { readonly kind: "trailer"; readonly raw: string }
  /** A closing tag without an opening one: all before it was thinking. */
  | { readonly kind: "thinking-closed" };
