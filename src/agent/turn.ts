import type { HistoryItem, TurnEnd } from "../protocol/index.ts";
import type { Completion } from "../wire/index.ts";
import { createStreamWatch } from "./guard/stream-watch.ts";
import { createTurnGuard } from "./guard/turn-guard.ts";
import { userMessage } from "./initial-context.ts";
import { lastAnswer } from "./last-answer.ts";
import { noticeOddities } from "./oddities.ts";
import { readResponse } from "./response.ts";
import { afterFailure, beforeRequest, takeCount } from "./turn-room.ts";
import { createTurnSnapshot } from "./turn-snapshot.ts";
import {
  countRequest,
  failed,
  goOn,
  interrupted,
  keep,
  keepUsage,
  requestOf,
  type Step,
  type Turn,
  type TurnDependencies,
} from "./turn-state.ts";
import { addUsage } from "./usage-sum.ts";

/**
 * Runs one turn: the user's text, then responses and tool calls in alternation until the model has said its
 * last. Every finished item is on disk before the next request leaves; a file that can't be written ends
 * the turn.
 */
export async function runTurn(input: string, dependencies: TurnDependencies): Promise<TurnEnd> {
  const { session, emit } = dependencies;
  const { snapshots, signal } = dependencies;
  const snapshot = createTurnSnapshot({ snapshots, prompt: input, signal, emit });
  const turn: Turn = {
    ...dependencies,
    keepSnapshot: snapshot.keep,
    usage: {},
    requests: 0,
    loops: createTurnGuard(dependencies.guard, emit),
    ended: false,
    badArguments: new Map(),
  };
  emit({ type: "turn-started" });
  const unwritten = session.append(userMessage(input));
  let step: Step = unwritten === undefined ? { type: "ask" } : failed(turn, unwritten);
  while (step.type !== "end") {
    if (step.type === "ask") {
      step = await ask(turn);
    } else {
      const { runCalls } = await import("./run-calls.ts");
      step = await runCalls(turn, step.calls, step.completion);
    }
  }
  await snapshot.close();
  turn.ended = true;
  emit({ type: "turn-ended", end: step.end });
  return step.end;
}

async function ask(turn: Turn): Promise<Step> {
  const { session, context, emit, signal, now } = turn;
  const noRoom = await beforeRequest(turn);
  if (noRoom !== undefined) {
    return noRoom;
  }
  const unwritten = session.recordTurn(turn.turnFacts);
  if (unwritten !== undefined) {
    return failed(turn, unwritten);
  }
  countRequest(turn);
  const request = requestOf(turn);
  const watch = createStreamWatch(turn.guard);
  const answer = readResponse((options) => turn.askModel(request, options), {
    signal,
    watch,
    emit,
    now,
    before: context.lastUsage,
  });
  if (turn.requests === 1) {
    void announceSandbox(turn);
  }
  const response = await answer;
  switch (response.type) {
    case "interrupted":
      return keep(turn, response.partial) ?? interrupted(turn);
    case "failed":
      return keep(turn, response.partial) ?? (await afterFailure(turn, request, response.error));
    case "cut": {
      const { items, next } = await turn.loops.cut(response.reason, response.partial);
      return (
        keep(turn, items) ?? ("kind" in next ? failed(turn, next) : goOn(turn, next.notice, next.message))
      );
    }
    case "completed": {
      const { items, completion, timing } = response;
      turn.usage = addUsage(turn.usage, completion.usage);
      context.responses += 1;
      takeCount(turn, request, completion.usage);
      context.lastUsage = completion.usage;
      const held = { ...request, items: [...session.items, ...items] };
      const fill = context.budget.fill(held, context.head);
      emit({ type: "response-completed", usage: completion.usage, timing, context: fill });
      const unkept = keep(turn, items) ?? keepUsage(turn, completion.usage);
      return unkept ?? next(turn, items, completion);
    }
    default:
      return response satisfies never;
  }
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
async function next(turn: Turn, items: readonly HistoryItem[], completion: Completion): Promise<Step> {
  noticeOddities(turn, completion);
  const calls = items.filter((item) => item.type === "function_call");
  if (calls.length > 0) {
    return { type: "run", calls, completion };
  }
  const nudge = await turn.loops.nudge(items, completion);
  if (nudge?.message !== undefined) {
    return goOn(turn, nudge.notice, nudge.message);
  }
  if (nudge !== undefined) {
    turn.emit({ type: "notice", notice: nudge.notice });
  }
  if (completion.isEmpty) {
    return failed(turn, {
      kind: "empty_answer",
      message: completion.finish === "length" ? "output limit reached" : "no text and no tool call",
    });
  }
  return {
    type: "end",
    end: {
      type: "completed",
      lastMessage: lastAnswer(turn.session.items),
      usage: turn.usage,
      ...turn.loops.counts,
    },
  };
}
