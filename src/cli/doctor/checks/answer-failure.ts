import { explain } from "../../explain.ts";
import type { ExplainContext } from "../../explanation.ts";
import type { Check } from "../check.ts";
import { inSeconds } from "../duration.ts";
import type { Answer } from "../question.ts";

export type Unanswered = Exclude<Answer, { type: "answered" }>;

/** What is to be said where no answer came: a refusal is told as in a run, a late or cancelled answer proves nothing. */
export function judgeFailure(
  { id, what, context }: { readonly id: string; readonly what: string; readonly context: ExplainContext },
  answer: Unanswered,
): Check {
  switch (answer.type) {
    case "failed": {
      const { message, hint } = explain(answer.error, context);
      return {
        id,
        status: "fail",
        message: `${what}: ${message}`,
        ...(hint === undefined ? {} : { hint }),
        data: { error: answer.error.kind },
      };
    }
    case "late":
      return {
        id,
        status: "unknown",
        message: `${what}: ${answer.hasBegun ? "no end of the answer" : "no answer"} within ${inSeconds(answer.withinMs)}`,
        hint: "The model may be slow, still being loaded, or busy with another request: look at the server's log.",
      };
    case "cancelled":
      return { id, status: "unknown", message: `${what}: interrupted` };
    default:
      return answer satisfies never;
  }
}
