import type { ContextFill } from "../../protocol/index.ts";
import { createContextBudget } from "./budget.ts";
import { unsendable } from "./fit.ts";
import type { ContextKeeper, ContextKeeperOptions, Room, RoomDependencies, RoomWanted } from "./room.ts";

export function createContextKeeper(options: ContextKeeperOptions): ContextKeeper {
  const { head, ownPrompt, server = () => ({}), askWindow } = options;
  return {
    budget: createContextBudget(options),
    head,
    ownPrompt,
    plan: undefined,
    responses: 0,
    lastUsage: undefined,
    summariesInARow: 0,
    server,
    askWindow,
    hasAskedWindow: false,
    truncatedTokens: undefined,
  };
}

/** Sums the conversation up if the next request would come near the end of the context window; ends it where none can fit. */
export async function keepRoom(dependencies: RoomDependencies): Promise<Room> {
  const { context } = dependencies;
  const request = dependencies.requestOf();
  const fill = context.budget.fill(request, context.head);
  await makeSureOfWindow(context, fill);
  const { limit } = context.budget;
  if (limit !== undefined && fill.tokens >= limit && hasPast(dependencies)) {
    return await makeRoom(dependencies, { cause: "limit", fill });
  }
  const error = unsendable(request, context);
  return error === undefined ? { type: "enough" } : { type: "failed", error };
}

/** Ollama's smallest default window is 4,096 tokens, and what is beyond is cut off without a word. */
const LEAST_TOKENS_TO_ASK = 3_500;

/**
 * Most sessions ask for the window when the first answer has begun. A long prompt is not sent into an unknown one of a server
 * that may cut it, and none is held back for a window that may have been another server's life ago.
 */
async function makeSureOfWindow(context: ContextKeeper, fill: ContextFill): Promise<void> {
  const { budget, askWindow } = context;
  if (askWindow === undefined || context.hasAskedWindow || budget.isWindowSure) {
    return;
  }
  const isDue =
    budget.window === undefined
      ? fill.tokens > LEAST_TOKENS_TO_ASK && mayCut(context)
      : fill.tokens >= (budget.limit ?? budget.window);
  if (isDue) {
    context.hasAskedWindow = true;
    await askWindow();
  }
}

/** The others refuse what is too long, and say how long it may be. */
function mayCut(context: ContextKeeper): boolean {
  const { kind = "openai-like" } = context.server();
  return kind === "ollama" || kind === "openai-like";
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
