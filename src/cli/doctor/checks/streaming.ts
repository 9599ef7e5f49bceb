import type { ExplainContext } from "../../explanation.ts";
import type { Check } from "../check.ts";
import { inSeconds } from "../duration.ts";
import { type Answer, type Ask, textOf, userSays } from "../question.ts";
import { judgeFailure } from "./answer-failure.ts";

const ID = "model.streaming";
const WHAT = "streaming";

/** The first question: it shows that the model answers at all, and how. */
export async function checkStreaming(ask: Ask): Promise<Answer> {
  return await ask({
    instructions: "You answer in plain English, in one short sentence.",
    items: [userSays("Say what a compass is good for.")],
  });
}

/** What came in less cannot be told from an answer that was held back. */
const TOO_FAST_MS = 300;

export function judgeStreaming(answer: Answer, context: ExplainContext): Check {
  if (answer.type !== "answered") {
    return judgeFailure({ id: ID, what: WHAT, context }, answer);
  }
  const { pace, completion, items } = answer;
  const { firstMs, totalMs, pieces } = pace;
  const speed = completion.serverSpeed?.decodeTokensPerSecond;
  const data = {
    first_token_ms: firstMs === undefined ? undefined : Math.round(firstMs),
    total_ms: Math.round(totalMs),
    pieces,
    finish: completion.finish,
    ...(speed === undefined ? {} : { tokens_per_second: speed }),
  };
  if (firstMs === undefined || completion.isEmpty || textOf(items).trim() === "") {
    return {
      id: ID,
      status: "warn",
      message: `${WHAT}: the model ended without an answer (${completion.finish})`,
      hint: "Its chat template may not fit, or its context may be too small: look at the server's log.",
      data,
    };
  }
  if (pieces > 1) {
    return {
      id: ID,
      status: "ok",
      message: `${WHAT}: the first token came after ${inSeconds(firstMs)}, the answer in ${pieces} pieces within ${inSeconds(totalMs)}`,
      data,
    };
  }
  return totalMs < TOO_FAST_MS
    ? {
        id: ID,
        status: "unknown",
        message: `${WHAT}: the whole answer was there after ${inSeconds(totalMs)}, too fast to tell`,
        data,
      }
    : {
        id: ID,
        status: "warn",
        message: `${WHAT}: the whole answer came in one piece after ${inSeconds(totalMs)}`,
        hint: "Something between leat and the model holds answers back, such as a proxy that buffers: nothing is seen while the model works.",
        data,
      };
}
