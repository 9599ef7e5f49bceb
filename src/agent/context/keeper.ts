import type { MessageItem } from "../../protocol/index.ts";
import { type ContextBudgetOptions, createContextBudget } from "./budget.ts";
import type { ContextKeeper, Room, RoomDependencies, RoomWanted } from "./room.ts";

export function createContextKeeper(
  options: ContextBudgetOptions & { readonly head: readonly MessageItem[]; readonly ownPrompt?: string },
): ContextKeeper {
  const { head, ownPrompt } = options;
  return {
    budget: createContextBudget(options),
    head,
    ownPrompt,
    plan: undefined,
    responses: 0,
    lastUsage: undefined,
    summariesInARow: 0,
  };
}

/** Sums the conversation up if the next request would come near the end of the context window. */
export async function keepRoom(dependencies: RoomDependencies): Promise<Room> {
  const { context } = dependencies;
  const { limit } = context.budget;
  const fill = context.budget.fill(dependencies.requestOf(), context.head);
  return limit === undefined || fill.tokens < limit || !hasPast(dependencies)
    ? { type: "enough" }
    : await makeRoom(dependencies, { cause: "limit", fill });
}

/** Something of the model's lies behind: without that, a summary would only repeat what the user said. */
export function hasPast({ session, context }: Pick<RoomDependencies, "session" | "context">): boolean {
  return session.items
    .slice(context.head.length, -1)
    .some((item) => item.type !== "message" || item.role === "assistant");
}

/** Loaded when a conversation has grown that long. */
export async function makeRoom(dependencies: RoomDependencies, why: RoomWanted): Promise<Room> {
  const { sumUp } = await import("./sum-up.ts");
  return await sumUp(dependencies, why);
}
