import type {
  AgentEvent,
  FunctionCallItem,
  HistoryItem,
  LeatError,
  TokenUsage,
  TurnEnd,
} from "../protocol/index.ts";
import type { Sandbox } from "../sandbox/index.ts";
import type { Session, TurnFacts } from "../session/index.ts";
import type { ToolSet } from "../tools/index.ts";
import type { Completion, GenerationSettings, ModelEnd, ModelEvent, ModelRequest } from "../wire/index.ts";
import { argumentsRequest, type FailedCall, readArguments } from "./ask-arguments.ts";
import { userMessage } from "./initial-context.ts";
import { lastAnswer } from "./last-answer.ts";
import { readResponse } from "./response.ts";
import { runCall } from "./run-call.ts";
import { addUsage } from "./usage-sum.ts";

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
  readonly contextWindow: number | undefined;
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

/** One step of the loop, and what comes next. */
type Step =
  | { readonly type: "ask" }
  | { readonly type: "run"; readonly calls: readonly FunctionCallItem[]; readonly completion: Completion }
  | { readonly type: "end"; readonly end: TurnEnd };

/**
 * Runs one turn: the user's text, then responses and tool calls in alternation until the model has said its
 * last. Every finished item is on disk before the next request leaves; a file that can't be written ends
 * the turn.
 */
export async function runTurn(input: string, dependencies: TurnDependencies): Promise<TurnEnd> {
  const { session, emit } = dependencies;
  const turn: Turn = {
    ...dependencies,
    usage: {},
    requests: 0,
    nudged: false,
    ended: false,
    badArguments: new Map(),
  };
  emit({ type: "turn-started" });
  const unwritten = session.append(userMessage(input));
  let step: Step = unwritten === undefined ? { type: "ask" } : failed(turn, unwritten);
  while (step.type !== "end") {
    step = step.type === "ask" ? await ask(turn) : await runCalls(turn, step.calls, step.completion);
  }
  turn.ended = true;
  emit({ type: "turn-ended", end: step.end });
  return step.end;
}

interface Turn extends TurnDependencies {
  usage: TokenUsage;
  requests: number;
  nudged: boolean;
  ended: boolean;
  /** By tool: how many of its calls in a row had arguments that can't be used. */
  readonly badArguments: Map<string, number>;
}

async function ask(turn: Turn): Promise<Step> {
  const { session, emit, signal, now } = turn;
  const unwritten = session.recordTurn(turn.turnFacts);
  if (unwritten !== undefined) {
    return failed(turn, unwritten);
  }
  turn.requests += 1;
  emit({ type: "request-started", number: turn.requests });
  const request = requestOf(turn);
  const answer = readResponse((onEvent) => turn.askModel(request, { signal, emit: onEvent }), emit, now);
  if (turn.requests === 1) {
    void announceSandbox(turn);
  }
  const response = await answer;
  switch (response.type) {
    case "interrupted":
      return keep(turn, response.partial) ?? interrupted(turn);
    case "failed":
      return keep(turn, response.partial) ?? failed(turn, response.error);
    case "completed": {
      const { items, completion, timing } = response;
      turn.usage = addUsage(turn.usage, completion.usage);
      emit({ type: "response-completed", usage: completion.usage, timing });
      const unkept = keep(turn, items) ?? keepUsage(turn, completion.usage);
      return unkept ?? next(turn, items, completion);
    }
    default:
      return response satisfies never;
  }
}

function requestOf({ model, instructions, session, tools, settings }: Turn): ModelRequest {
  return { model, instructions, items: session.items, tools: tools.specs, settings };
}

/** While the server reads the prompt there is time to get ready for the first call. */
async function announceSandbox(turn: Turn): Promise<void> {
  // A failure comes back where the sandbox is used, and is told there.
  const sandbox = await turn.openSandbox().catch(() => undefined);
  const error = await sandbox?.check();
  if (error !== undefined && !turn.ended) {
    turn.emit({ type: "notice", notice: { kind: "sandbox-missing", error } });
    return;
  }
  const tier = await sandbox?.tier();
  // One that is not there at all is seen without a probe, and stands in the header.
  if (tier?.insteadOf?.problem === "does_not_start" && !turn.ended) {
    turn.emit({ type: "notice", notice: { kind: "sandbox-replaced", tier } });
  }
}

/** Calls present means there is work, whatever the finish reason says. */
function next(turn: Turn, items: readonly HistoryItem[], completion: Completion): Step {
  noticeOddities(turn, completion);
  const calls = items.filter((item) => item.type === "function_call");
  if (calls.length > 0) {
    return { type: "run", calls, completion };
  }
  if (completion.isEmpty && !turn.nudged) {
    return nudge(turn);
  }
  if (completion.isEmpty) {
    return failed(turn, {
      kind: "empty_answer",
      message: completion.finish === "length" ? "output limit reached" : "no text and no tool call",
    });
  }
  return {
    type: "end",
    end: { type: "completed", lastMessage: lastAnswer(turn.session.items), usage: turn.usage },
  };
}

const NUDGE =
  "Your last reply had neither text nor a tool call. Go on: make the next call, or answer the user.";

/** Local models end like this now and then, and go on when told to. Once: a model that has nothing to say stays silent. */
function nudge(turn: Turn): Step {
  turn.nudged = true;
  turn.emit({ type: "notice", notice: { kind: "empty-answer" } });
  const unwritten = turn.session.appendContext(userMessage(NUDGE));
  return unwritten === undefined ? { type: "ask" } : failed(turn, unwritten);
}

function noticeOddities(turn: Turn, completion: Completion): void {
  const { emit } = turn;
  if (completion.finish === "length") {
    emit({ type: "notice", notice: { kind: "output-truncated" } });
  }
  if (completion.finish === "content_filter") {
    emit({ type: "notice", notice: { kind: "content-filtered" } });
  }
  // Those with a name are shown as calls that failed.
  const nameless = completion.invalidCalls.filter((call) => call.name === null).length;
  if (nameless > 0) {
    emit({ type: "notice", notice: { kind: "nameless-calls", count: nameless } });
  }
  for (const { name, repairs } of completion.repairs) {
    emit({ type: "notice", notice: { kind: "arguments-repaired", name, repairs } });
  }
  if (completion.unreadableEvents > 0) {
    emit({ type: "notice", notice: { kind: "unreadable-events", count: completion.unreadableEvents } });
  }
}

/** One after the other, in the model's order: a later command may rely on an earlier edit. */
async function runCalls(
  turn: Turn,
  calls: readonly FunctionCallItem[],
  completion: Completion,
): Promise<Step> {
  const broken = new Set(completion.invalidCalls.map((call) => call.id));
  const brokenArrival = completion.finish === "length" ? "cut-off" : "broken";
  for (const call of calls) {
    if (turn.signal.aborted) {
      break;
    }
    const result = await runCall(turn, call, {
      arrival: broken.has(call.call_id) ? brokenArrival : "whole",
      askForArguments: (invalid) => askForArguments(turn, { call, ...invalid }),
    });
    if (result.understood) {
      turn.badArguments.clear();
    }
    const unkept = keep(turn, [
      { type: "function_call_output", call_id: call.call_id, output: result.output },
    ]);
    if (unkept !== undefined) {
      return unkept;
    }
    if (result.refused !== undefined) {
      return failed(turn, result.refused);
    }
  }
  return turn.signal.aborted ? interrupted(turn) : { type: "ask" };
}

/** The first failure is told to the model; after the second in a row it is asked, once, for nothing but the arguments. */
async function askForArguments(turn: Turn, failed: FailedCall): Promise<string | undefined> {
  const { badArguments, signal, emit } = turn;
  const { name } = failed.spec;
  const failures = (badArguments.get(name) ?? 0) + 1;
  badArguments.set(name, failures);
  if (failures !== 2 || signal.aborted) {
    return undefined;
  }
  emit({ type: "notice", notice: { kind: "arguments-asked", name } });
  turn.requests += 1;
  emit({ type: "request-started", number: turn.requests });
  const end = await turn.askModel(argumentsRequest(requestOf(turn), failed), {
    signal,
    emit(event) {
      if (event.type === "prefill-progress" || event.type === "notice") {
        emit(event);
      }
    },
  });
  if (end.type === "completed") {
    turn.usage = addUsage(turn.usage, end.completion.usage);
  }
  const json = readArguments(end, name);
  if (json !== undefined) {
    emit({ type: "notice", notice: { kind: "arguments-repaired", name, repairs: ["asked for once more"] } });
  }
  return json;
}

/** Keeps items in history and on disk; a step only if that failed. */
function keep(turn: Turn, items: readonly HistoryItem[]): Step | undefined {
  for (const item of items) {
    const unwritten = turn.session.append(item);
    if (unwritten !== undefined) {
      return failed(turn, unwritten);
    }
    turn.emit({ type: "item-completed", item });
  }
  return undefined;
}

function keepUsage(turn: Turn, last: TokenUsage): Step | undefined {
  if (Object.keys(last).length === 0) {
    return undefined;
  }
  const unwritten = turn.session.recordUsage(turn.usage, last, turn.contextWindow);
  return unwritten === undefined ? undefined : failed(turn, unwritten);
}

function failed(turn: Turn, error: LeatError): Step {
  const lastMessage = lastAnswer(turn.session.items);
  return { type: "end", end: { type: "failed", error, lastMessage } };
}

function interrupted(turn: Turn): Step {
  const unwritten = turn.session.recordInterruption();
  if (unwritten !== undefined) {
    return failed(turn, unwritten);
  }
  return { type: "end", end: { type: "interrupted", lastMessage: lastAnswer(turn.session.items) } };
}
