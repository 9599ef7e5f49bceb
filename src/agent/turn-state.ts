/** A turn under way: what it needs, where it stands, and how it ends. */

import type { Approvals } from "../approval/index.ts";
import type {
  AgentEvent,
  Approve,
  FunctionCallItem,
  HistoryItem,
  LeatError,
  Notice,
  TokenUsage,
  TurnEnd,
  TurnSnapshots,
} from "../protocol/index.ts";
import type { Sandbox } from "../sandbox/index.ts";
import type { Session, TurnFacts } from "../session/index.ts";
import type { ToolSet } from "../tools/index.ts";
import type { Completion, GenerationSettings, ModelEnd, ModelEvent, ModelRequest } from "../wire/index.ts";
import type { ContextKeeper } from "./context/room.ts";
import type { GuardSettings } from "./guard/settings.ts";
import type { TurnGuard } from "./guard/turn-guard.ts";
import { userMessage } from "./initial-context.ts";
import { lastAnswer } from "./last-answer.ts";

/** What a turn needs from the world; `cli` puts it together. */
export interface TurnDependencies {
  readonly session: Session;
  readonly model: string;
  readonly instructions: string;
  readonly tools: ToolSet;
  /** What the user configured of the model's answers. */
  readonly settings: GenerationSettings;
  /** Absolute; relative paths of the model start here. */
  readonly cwd: string;
  /** Absolute: what `~` means in a path of the model; without it, a name like any other. */
  readonly userHome: string;
  /** The sandbox of the session, made when it is first asked for: no command runs before the first request. */
  readonly openSandbox: () => Promise<Sandbox>;
  /** Written to the rollout before each request. */
  readonly turnFacts: TurnFacts;
  readonly context: ContextKeeper;
  /** What may run without a question; made when the first call has to be judged. */
  readonly openApprovals: (emit: (event: AgentEvent) => void) => Promise<Approvals>;
  /** Asks the user, where the policy says so. */
  readonly approve: Approve;
  /** Keeps what the turn changes; undefined where the user has switched that off. */
  readonly snapshots: TurnSnapshots | undefined;
  /** What the user left switched on of the loop guard. */
  readonly guard: GuardSettings;
  /** Asks the configured endpoint for one response; what comes goes to `emit` at once. */
  readonly askModel: (
    request: ModelRequest,
    options: { readonly signal: AbortSignal; readonly emit: (event: ModelEvent) => void },
  ) => Promise<ModelEnd>;
  /** Receives every event, in order and at once. A front end that is slow slows the turn, and loses nothing. */
  readonly emit: (event: AgentEvent) => void;
  /** Aborted: the socket closes at once, a running command is killed, and the turn ends as interrupted. */
  readonly signal: AbortSignal;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
}

export interface Turn extends TurnDependencies {
  usage: TokenUsage;
  requests: number;
  readonly loops: TurnGuard;
  readonly keepSnapshot: () => Promise<void>;
  ended: boolean;
  /** By tool: how many of its calls in a row had arguments that can't be used. */
  readonly badArguments: Map<string, number>;
}

/** One step of the loop, and what comes next. */
export type Step =
  | { readonly type: "ask" }
  | { readonly type: "run"; readonly calls: readonly FunctionCallItem[]; readonly completion: Completion }
  | { readonly type: "end"; readonly end: TurnEnd };

/** What the next request of the session is, as far as it stands: the same bytes for the same history. */
export function requestOf({
  model,
  instructions,
  session,
  tools,
  settings,
}: Pick<TurnDependencies, "model" | "instructions" | "session" | "tools" | "settings">): ModelRequest {
  return { model, instructions, items: session.items, tools: tools.specs, settings };
}

export function countRequest(turn: Turn): void {
  turn.requests += 1;
  turn.emit({ type: "request-started", number: turn.requests });
}

/** Local models stop now and then in the middle of their work, and go on when told to. */
export function goOn(turn: Turn, notice: Notice, message: string): Step {
  turn.emit({ type: "notice", notice });
  const unwritten = turn.session.appendContext(userMessage(message));
  return unwritten === undefined ? { type: "ask" } : failed(turn, unwritten);
}

/** Keeps items in history and on disk; a step only if that failed. */
export function keep(turn: Turn, items: readonly HistoryItem[]): Step | undefined {
  for (const item of items) {
    const unwritten = turn.session.append(item);
    if (unwritten !== undefined) {
      return failed(turn, unwritten);
    }
    turn.emit({ type: "item-completed", item });
  }
  return undefined;
}

export function keepUsage(turn: Turn, last: TokenUsage): Step | undefined {
  if (Object.keys(last).length === 0) {
    return undefined;
  }
  const unwritten = turn.session.recordUsage(turn.usage, last, turn.context.budget.window);
  return unwritten === undefined ? undefined : failed(turn, unwritten);
}

export function failed(turn: Turn, error: LeatError): Step {
  const lastMessage = lastAnswer(turn.session.items);
  return { type: "end", end: { type: "failed", error, lastMessage, ...turn.loops.counts } };
}

export function interrupted(turn: Turn): Step {
  const unwritten = turn.session.recordInterruption();
  if (unwritten !== undefined) {
    return failed(turn, unwritten);
  }
  const lastMessage = lastAnswer(turn.session.items);
  return { type: "end", end: { type: "interrupted", lastMessage, ...turn.loops.counts } };
}
