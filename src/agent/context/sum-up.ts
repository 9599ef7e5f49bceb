import type { ContextFill, HistoryItem, LeatError } from "../../protocol/index.ts";
import type { ModelEvent } from "../../wire/index.ts";
import { userMessage } from "../initial-context.ts";
import type { ContextKeeper, Room, RoomDependencies, RoomWanted } from "./room.ts";
import { fittingPrefix, newBeginning, readSummary, summaryQuestion } from "./summary.ts";

/** A second summary after one response would only repeat the first: what does not fit is something else. */
const MOST_SUMMARIES_IN_A_ROW = 1;

/** How much of a window of unknown size is taken to be there, when a server has just refused a prompt as too long. */
const SHARE_THAT_MAY_FIT = 0.6;
/** The same at the user's own limit: the server takes prompts of this length, and the user knows of room beyond. */
const SHARE_BEYOND_LIMIT = 2;

/**
 * Asks for a summary, appended to the very prompt that the server has in its cache, and begins a new history with it. The
 * history before stays as it is on disk.
 */
export async function sumUp(dependencies: RoomDependencies, { cause, fill }: RoomWanted): Promise<Room> {
  const { session, context, emit } = dependencies;
  context.summariesInARow = context.responses <= 1 ? context.summariesInARow + 1 : 1;
  if (context.summariesInARow > MOST_SUMMARIES_IN_A_ROW) {
    return { type: "failed", error: stillTooLong(context, fill) };
  }
  emit({ type: "compaction-started", cause, fill });

  const roomTokens = context.budget.window ?? guessedWindow(cause, fill, context.budget.summaryTokens);
  const { bytesPerToken } = context.budget;
  const history = session.items;
  const summaryBytes = 2 * context.budget.summaryTokens * bytesPerToken;
  const fixedBytes = bytesPerToken * tokensOf(fill, "instructions", "tools");
  const asked = await askOverPrefix(dependencies, {
    fill,
    maxBytes: roomTokens * bytesPerToken - summaryBytes - fixedBytes,
  });
  if (asked.type !== "summary") {
    return asked;
  }
  const items = newBeginning({
    head: context.head,
    userTexts: session.userTexts,
    plan: context.plan,
    summary: asked.text,
    tail: history.slice(asked.itemCount),
    maxBytes: Math.floor((roomTokens * bytesPerToken) / 8),
  });
  const unwritten = session.compact(items, asked.text ?? "");
  if (unwritten !== undefined) {
    return { type: "failed", error: unwritten };
  }
  context.responses = 0;
  context.lastUsage = undefined;
  const after = context.budget.fill(dependencies.requestOf(), context.head);
  emit({ type: "compaction-ended", before: fill.tokens, after: after.tokens });
  const limit = context.budget.limit ?? fill.tokens;
  return after.tokens < limit ? { type: "made" } : { type: "failed", error: stillTooLong(context, after) };
}

/** At a limit, all of the prompt and the summary asked for have room. */
function guessedWindow(cause: RoomWanted["cause"], fill: ContextFill, summaryTokens: number): number {
  return cause === "overflow"
    ? Math.floor(fill.tokens * SHARE_THAT_MAY_FIT)
    : SHARE_BEYOND_LIMIT * (fill.tokens + summaryTokens);
}

type Asked =
  | {
      readonly type: "summary";
      readonly text: string | undefined;
      /** How many items of the history it is of. */
      readonly itemCount: number;
    }
  | Extract<Room, { type: "interrupted" | "failed" }>;

/** How often a beginning half as long is tried, where the server refuses what was reckoned to fit. */
const MOST_HALVINGS = 3;

async function askOverPrefix(
  dependencies: RoomDependencies,
  { fill, maxBytes }: { readonly fill: ContextFill; readonly maxBytes: number },
): Promise<Asked> {
  const { session, context } = dependencies;
  for (let halvings = 0; ; halvings += 1) {
    const itemCount = fittingPrefix(session.items, maxBytes / 2 ** halvings);
    if (itemCount <= context.head.length) {
      return { type: "failed", error: stillTooLong(context, fill) };
    }
    const asked = await askForSummary(dependencies, session.items.slice(0, itemCount));
    const isTooLong = asked.type === "failed" && asked.error.kind === "context_overflow";
    if (!isTooLong || halvings === MOST_HALVINGS) {
      return asked;
    }
  }
}

const NOTHING_DONE = "(Nothing had been done yet.)";
const TEXT_ONLY = "\n(Tools can't be called now. Answer with the note itself, as plain text.)";

/** Twice at most: small models call a tool where they are asked for text. */
async function askForSummary(dependencies: RoomDependencies, items: readonly HistoryItem[]): Promise<Asked> {
  const { context, signal, askModel } = dependencies;
  if (!items.some(isOfModel)) {
    return { type: "summary", text: NOTHING_DONE, itemCount: items.length };
  }
  const question = summaryQuestion(context.budget.summaryTokens, context.ownPrompt);
  for (const text of [question, question + TEXT_ONLY]) {
    dependencies.countRequest();
    const request = { ...dependencies.requestOf(), items: [...items, userMessage(text)] };
    const end = await askModel(request, { signal, emit: (event) => passOn(event, dependencies.emit) });
    if (end.type === "interrupted") {
      return { type: "interrupted" };
    }
    if (end.type === "failed") {
      return { type: "failed", error: end.error };
    }
    dependencies.countUsage(end.completion.usage);
    const summary = readSummary(end);
    if (summary !== undefined) {
      return { type: "summary", text: summary, itemCount: items.length };
    }
  }
  return { type: "summary", text: undefined, itemCount: items.length };
}

/** The note is for the model; of its coming the user sees the wait only. */
function passOn(event: ModelEvent, emit: RoomDependencies["emit"]): void {
  if (event.type === "prefill-progress" || event.type === "server-state" || event.type === "notice") {
    emit(event);
  }
}

function isOfModel(item: HistoryItem): boolean {
  return item.type !== "message" || item.role === "assistant";
}

function tokensOf(fill: ContextFill, ...wanted: readonly ContextFill["parts"][number]["part"][]): number {
  return fill.parts.filter(({ part }) => wanted.includes(part)).reduce((sum, { tokens }) => sum + tokens, 0);
}

function stillTooLong({ budget }: ContextKeeper, fill: ContextFill): LeatError {
  return { kind: "context_full", limitTokens: budget.limit ?? fill.tokens, fill };
}
