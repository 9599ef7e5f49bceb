import type { ExplainContext } from "../../explanation.ts";
import type { Check } from "../check.ts";
import { type Answer, type Ask, userSays } from "../question.ts";
import { judgeFailure } from "./answer-failure.ts";
import { INSTRUCTIONS, LOCKER_TOOL, lockerCalls } from "./tools.ts";

const ID = "model.parallel-calls";
const WHAT = "parallel calls";

export async function checkParallelCalls(ask: Ask): Promise<Answer> {
  return await ask({
    instructions: INSTRUCTIONS,
    tools: [LOCKER_TOOL],
    items: [userSays("Open the blue locker and the red locker: call your tool twice, both calls at once.")],
  });
}

/** One call at a time is no failure: it only takes more answers. */
export function judgeParallelCalls(answer: Answer, context: ExplainContext): Check {
  if (answer.type !== "answered") {
    return { ...judgeFailure({ id: ID, what: WHAT, context }, answer), status: "unknown" };
  }
  const calls = lockerCalls(answer.items).length;
  const message =
    calls > 1
      ? `${calls} in one answer`
      : calls === 1
        ? "no, one call an answer"
        : "not seen: the model did not call the tool";
  return {
    id: ID,
    status: calls === 0 ? "unknown" : "info",
    message: `${WHAT}: ${message}`,
    data: { calls },
  };
}
