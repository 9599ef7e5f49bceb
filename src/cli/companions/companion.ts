import type { AgentEvent } from "../../protocol/index.ts";
import type { ModelEnd, ModelEvent, ModelRequest } from "../../wire/index.ts";

/** One question to the model, over all its requests. */
export interface Question {
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
  /** What comes of the answer; must neither wait nor throw. */
  readonly emit: (event: ModelEvent) => void;
}

export type Ask = (question: Question) => Promise<ModelEnd>;

/**
 * What goes along with the questions of a session: it looks at them, adds to them, asks the server on this machine something
 * of its own. A failure of its own is never one of the turn.
 */
export interface Companion {
  /** Calls `ask` once, unless the signal ends it before. */
  around?(question: Question, ask: Ask): Promise<ModelEnd>;
  /** Sees what the front end sees, in the same order. */
  see?(event: AgentEvent): void;
  /** Ends what is under way, in a moment. */
  close?(): Promise<void>;
}

/** The first companion is the outermost. */
export function accompany(ask: Ask, companions: readonly Companion[]): Ask {
  return companions.reduceRight<Ask>(
    (inner, companion) => (question) => companion.around?.(question, inner) ?? inner(question),
    ask,
  );
}
