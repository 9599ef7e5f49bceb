import type { ContextFill, Notice, TokenUsage } from "../../protocol/index.ts";
import { isContextTruncated, type ModelRequest } from "../../wire/index.ts";
import { leastTokens } from "./least-tokens.ts";
import type { ContextKeeper } from "./room.ts";

/** Once the server has counted, a text that is new may still be made of other words. */
const CERTAIN_SHARE = 0.6;
/** So much more must be missing than was told. */
const WORSE = 2;

/** What a count says of the request it is of: learnt from, or found to be of a prompt that the server has cut. */
export function judgeCount(
  context: ContextKeeper,
  request: ModelRequest,
  usage: TokenUsage,
): Notice | undefined {
  const { budget } = context;
  const sent = withoutThinking(budget.fill(request, context.head));
  const isTruncated = isContextTruncated(usage, {
    estimatedPromptTokens: sent,
    leastPromptTokens: Math.max(
      leastTokens(request),
      budget.isCounted ? Math.floor(sent * CERTAIN_SHARE) : 0,
    ),
    ...(budget.window === undefined ? {} : { loadedContextTokens: budget.window }),
  });
  if (!isTruncated) {
    budget.observe(request, usage);
    return undefined;
  }
  const read = usage.inputTokens ?? 0;
  const missing = Math.max(0, sent - read);
  const { truncatedTokens } = context;
  if (truncatedTokens !== undefined && missing < WORSE * Math.max(1, truncatedTokens)) {
    return undefined;
  }
  context.truncatedTokens = missing;
  const { kind } = context.server();
  return {
    kind: "context-truncated",
    sent,
    read,
    model: request.model,
    ...(budget.window === undefined ? {} : { window: budget.window }),
    ...(kind === undefined ? {} : { server: kind }),
  };
}

/** Many templates leave the thinking of earlier turns out. */
function withoutThinking({ tokens, parts }: ContextFill): number {
  return tokens - (parts.find(({ part }) => part === "thinking")?.tokens ?? 0);
}
