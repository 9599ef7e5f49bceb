import type { StreamedText } from "./streamed-text.ts";

/** An item of the output while it comes. */
export type Slot = MessageSlot | ReasoningSlot | CallSlot;

export interface MessageSlot {
  readonly kind: "message";
  readonly index: number | undefined;
  readonly text: StreamedText;
  readonly refusal: StreamedText;
  isDone: boolean;
}

export interface ReasoningSlot {
  readonly kind: "reasoning";
  readonly index: number | undefined;
  id: string | undefined;
  encrypted: string | undefined;
  readonly content: StreamedText;
  readonly summary: StreamedText;
  /** The telling that came first: it is shown, the other one only kept. */
  shown: ReasoningField | undefined;
  summaryIndex: number | undefined;
  startsParagraph: boolean;
  isDone: boolean;
}

/** The two tellings of the thinking: in full, and what may be told of it. */
export type ReasoningField = "content" | "summary";

export interface CallSlot {
  readonly kind: "call";
  readonly index: number | undefined;
  readonly itemId: string | undefined;
  callId: string | undefined;
  name: string | undefined;
  readonly streamed: string[];
  /** The arguments as told in one piece, if they were. */
  whole: unknown;
  isCustom: boolean;
  /** The server itself says that the call did not come to its end. */
  isCut: boolean;
  isDone: boolean;
}
