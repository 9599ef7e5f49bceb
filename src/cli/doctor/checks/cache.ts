import { formatCount } from "../../../figures/index.ts";
import type { ExplainContext } from "../../explanation.ts";
import type { Check } from "../check.ts";
import { inSeconds } from "../duration.ts";
import { type Answer, type Ask, userSays } from "../question.ts";
import { judgeFailure } from "./answer-failure.ts";

const ID = "model.cache";
const WHAT = "prompt cache";

export type CacheEvidence =
  | { readonly type: "first"; readonly answer: Answer }
  | { readonly type: "both"; readonly first: Answered; readonly second: Answer };

type Answered = Extract<Answer, { type: "answered" }>;

/** The second turn repeats the first and adds to it, as every turn of a session does. The start is new, so that no earlier run has warmed it. */
export async function checkCache(
  ask: Ask,
  options: { readonly nonce: string; readonly lines: number },
): Promise<CacheEvidence> {
  const lines = Array.from({ length: options.lines }, (_, index) => `Lamp ${index + 1} in the hall is off.`);
  const instructions = `${options.nonce}. You answer with one word.\n${lines.join("\n")}`;
  const question = userSays("Is the first lamp on or off?");
  const first = await ask({ instructions, items: [question] });
  if (first.type !== "answered") {
    return { type: "first", answer: first };
  }
  const items = [question, ...first.items, userSays("And the last one?")];
  return { type: "both", first, second: await ask({ instructions, items }) };
}

/** Of the first prompt, to count as kept: templates drop thinking, and whole blocks of tokens are kept only. */
const ENOUGH_KEPT = 0.5;
/** Below that the clock tells nothing. */
const MEASURABLE_MS = 400;

export function judgeCache(evidence: CacheEvidence, context: ExplainContext): Check {
  const last = evidence.type === "first" ? evidence.answer : evidence.second;
  if (evidence.type === "first" || last.type !== "answered") {
    return last.type === "answered"
      ? { id: ID, status: "unknown", message: `${WHAT}: not tried` }
      : { ...judgeFailure({ id: ID, what: WHAT, context }, last), status: "unknown" };
  }
  const { usage: before } = evidence.first.completion;
  const { usage: after } = last.completion;
  const [coldMs, warmMs] = [evidence.first.pace.firstMs, last.pace.firstMs];
  const data = {
    prompt_tokens: after.inputTokens,
    cached_tokens: after.cachedInputTokens,
    first_token_ms: [coldMs, warmMs].map((ms) => (ms === undefined ? undefined : Math.round(ms))),
  };
  const times =
    coldMs === undefined || warmMs === undefined
      ? ""
      : `; first token after ${inSeconds(coldMs)}, then ${inSeconds(warmMs)}`;
  if (after.cachedInputTokens !== undefined && before.inputTokens !== undefined) {
    if (after.cachedInputTokens >= before.inputTokens * ENOUGH_KEPT) {
      return {
        id: ID,
        status: "ok",
        message: `${WHAT}: ${formatCount(after.cachedInputTokens)} of ${formatCount(after.inputTokens ?? before.inputTokens)} tokens were there on the second turn${times}`,
        data,
      };
    }
    if (after.cachedInputTokens > 0) {
      return readAnew(
        `only ${formatCount(after.cachedInputTokens)} tokens were there on the second turn${times}`,
        data,
      );
    }
  }
  // No count, or none but zero, which some servers always state: the clock has to tell.
  if (coldMs === undefined || warmMs === undefined || coldMs < MEASURABLE_MS) {
    return {
      id: ID,
      status: "unknown",
      message: `${WHAT}: the server counts nothing as cached, and reading is too fast to tell by the clock${times}`,
      data,
    };
  }
  return warmMs < coldMs * ENOUGH_KEPT
    ? { id: ID, status: "ok", message: `${WHAT}: used on the second turn, by the clock${times}`, data }
    : readAnew(`the second turn was read anew, by the clock${times}`, data);
}

function readAnew(what: string, data: Check["data"]): Check {
  return {
    id: ID,
    status: "warn",
    message: `${WHAT}: ${what}`,
    hint: "Every turn would wait for the whole conversation to be read: another program may share the server's only slot, caching may be switched off, or the model's attention (sliding window, hybrid) does not allow it.",
    ...(data === undefined ? {} : { data }),
  };
}
