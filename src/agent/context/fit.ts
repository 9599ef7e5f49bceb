import type { ContextError } from "../../protocol/index.ts";
import type { ModelRequest } from "../../wire/index.ts";
import { leastTokens } from "./least-tokens.ts";
import type { ContextKeeper } from "./room.ts";

/** With less room than this no model gets to its first call. */
const LEAST_ANSWER = { share: 1 / 16, mostTokens: 512 };
/** Of text that is all short words, an estimate by bytes may be half of what it is. */
const UNDERESTIMATE = 2;

/**
 * Why a request is not sent: it can't fit, however its text is counted. What only seems too long by an estimate is sent, since
 * the server knows better; so is what a window of an earlier session would not hold.
 */
export function unsendable(request: ModelRequest, context: ContextKeeper): ContextError | undefined {
  const { budget } = context;
  const { window } = budget;
  if (window === undefined || !budget.isWindowSure) {
    return undefined;
  }
  const limitTokens = window - Math.min(LEAST_ANSWER.mostTokens, Math.floor(window * LEAST_ANSWER.share));
  const fill = budget.fill(request, context.head);
  if (fill.tokens * UNDERESTIMATE < limitTokens) {
    return undefined;
  }
  const least = leastTokens(request);
  if (least <= limitTokens) {
    return undefined;
  }
  const { kind } = context.server();
  return {
    kind: "context_full",
    limitTokens,
    fill: { ...fill, tokens: Math.max(fill.tokens, least) },
    unsent: { model: request.model, ...(kind === undefined ? {} : { server: kind }) },
  };
}
