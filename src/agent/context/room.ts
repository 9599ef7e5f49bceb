import type {
  AgentEvent,
  ContextFill,
  LeatError,
  MessageItem,
  Plan,
  ServerFacts,
  TokenUsage,
} from "../../protocol/index.ts";
import type { Session } from "../../session/index.ts";
import type { ModelEnd, ModelEvent, ModelRequest } from "../../wire/index.ts";
import type { ContextBudget, ContextBudgetOptions } from "./budget.ts";

/** What a session knows of its context window, from its first turn to its last. */
export interface ContextKeeper {
  readonly budget: ContextBudget;
  /** Instructions and facts: what stands before the first word of the user. */
  readonly head: readonly MessageItem[];
  /** Asks for a summary in place of our own question: `compact_prompt`. */
  readonly ownPrompt: string | undefined;
  /** The latest one. */
  plan: Plan | undefined;
  /** Since the last summary, or since the start. */
  responses: number;
  /** What the last of them used: the next prompt begins with all of it. */
  lastUsage: TokenUsage | undefined;
  /** Summaries with no more than one response between them. */
  summariesInARow: number;
  /** What is known of the server by now, so that it can be said what to do about its window. */
  readonly server: () => ServerFacts;
  /** Asks the server for its window before a request leaves, for a moment; undefined: nobody can be asked. */
  readonly askWindow: (() => Promise<void>) | undefined;
  hasAskedWindow: boolean;
  /** How many tokens were missing when it was last told that the server cuts prompts. */
  truncatedTokens: number | undefined;
}

export type ContextKeeperOptions = ContextBudgetOptions & {
  readonly head: readonly MessageItem[];
  readonly ownPrompt?: string;
} & Partial<Pick<ContextKeeper, "server" | "askWindow">>;

export interface RoomDependencies {
  readonly session: Session;
  readonly context: ContextKeeper;
  readonly signal: AbortSignal;
  readonly emit: (event: AgentEvent) => void;
  readonly askModel: (
    request: ModelRequest,
    options: { readonly signal: AbortSignal; readonly emit: (event: ModelEvent) => void },
  ) => Promise<ModelEnd>;
  /** Makes the next request of what the history holds by then. */
  readonly requestOf: () => ModelRequest;
  /** Announces a request and gives its usage to the turn. */
  readonly countRequest: () => void;
  readonly countUsage: (usage: TokenUsage) => void;
}

/** Why a conversation is summed up. `overflow`: the server has refused the prompt as too long. */
export interface RoomWanted {
  readonly cause: "limit" | "overflow";
  readonly fill: ContextFill;
}

export type Room =
  | { readonly type: "enough" }
  | { readonly type: "made" }
  | { readonly type: "interrupted" }
  | { readonly type: "failed"; readonly error: LeatError };
