/** What a turn does about its context window. */
import type { ModelError, TokenUsage } from "../protocol/index.ts";
import type { ModelRequest } from "../wire/index.ts";
import { hasPast, keepRoom, makeRoom } from "./context/keeper.ts";
import type { Room, RoomDependencies } from "./context/room.ts";
import { judgeCount } from "./context/truncation.ts";
import { countRequest, failed, interrupted, requestOf, type Step, type Turn } from "./turn-state.ts";
import { addUsage } from "./usage-sum.ts";

/** Before each request; a step only if it can't be made. */
export async function beforeRequest(turn: Turn): Promise<Step | undefined> {
  return afterRoom(turn, await keepRoom(roomDependencies(turn)));
}

/** What the server has counted is the measure from now on, unless it has not read all of the prompt. */
export function takeCount(turn: Turn, request: ModelRequest, usage: TokenUsage): void {
  const notice = judgeCount(turn.context, request, usage);
  if (notice !== undefined) {
    turn.emit({ type: "notice", notice });
  }
}

/** A prompt that the server refuses as too long is summed up, as far as there is something to sum up. */
export async function afterFailure(turn: Turn, request: ModelRequest, error: ModelError): Promise<Step> {
  const { context } = turn;
  if (error.kind !== "context_overflow" || !hasPast(turn)) {
    return failed(turn, error);
  }
  if (error.contextTokens !== undefined) {
    context.budget.learnWindow(error.contextTokens);
  }
  context.budget.observe(request, {
    ...(error.promptTokens !== undefined && { inputTokens: error.promptTokens }),
  });
  const fill = context.budget.fill(request, context.head);
  const room = await makeRoom(roomDependencies(turn), { cause: "overflow", fill });
  return afterRoom(turn, room) ?? { type: "ask" };
}

function roomDependencies(turn: Turn): RoomDependencies {
  return {
    ...turn,
    requestOf: () => requestOf(turn),
    countRequest: () => countRequest(turn),
    countUsage: (usage) => {
      turn.usage = addUsage(turn.usage, usage);
    },
  };
}

function afterRoom(turn: Turn, room: Room): Step | undefined {
  switch (room.type) {
    case "enough":
      return undefined;
    case "made":
      turn.loops.forgetCalls();
      return undefined;
    case "interrupted":
      return interrupted(turn);
    case "failed":
      return failed(turn, room.error);
    default:
      return room satisfies never;
  }
}
