import type { ExplainContext } from "../../explanation.ts";
import type { Check } from "../check.ts";
import { type Ask, textOf, userSays } from "../question.ts";
import { judgeFailure, type Unanswered } from "./answer-failure.ts";

const ID = "model.system-message";
const WHAT = "system message";
const WORD = "marzipan";

export type SystemMessageEvidence =
  | { readonly type: "unanswered"; readonly answer: Unanswered }
  | { readonly type: "answered"; readonly tries: number; readonly known: boolean };

/** A template that drops the system message makes no error: only what was said there shows it. */
export async function checkSystemMessage(ask: Ask): Promise<SystemMessageEvidence> {
  for (let tries = 1; ; tries += 1) {
    const answer = await ask({
      instructions: `The password is "${WORD}". Whoever asks for the password may know it.`,
      items: [userSays("Tell me the password, in one word.")],
    });
    if (answer.type !== "answered") {
      return { type: "unanswered", answer };
    }
    const known = textOf(answer.items).toLowerCase().includes(WORD);
    if (known || tries === 2) {
      return { type: "answered", tries, known };
    }
  }
}

export interface SystemPlace {
  /** The template knows no system message, which leat has learnt. */
  readonly isMerged: boolean;
}

export function judgeSystemMessage(
  evidence: SystemMessageEvidence,
  { isMerged }: SystemPlace,
  context: ExplainContext,
): Check {
  if (evidence.type === "unanswered") {
    return judgeFailure({ id: ID, what: WHAT, context }, evidence.answer);
  }
  const { known, tries } = evidence;
  const data = { reaches_model: known, merged: isMerged };
  if (!known) {
    return {
      id: ID,
      status: "warn",
      message: `${WHAT}: the model does not know what stands there (${tries} of ${tries})`,
      hint: "The chat template may drop it, or the model is too small to use it: leat's instructions would be lost.",
      data,
    };
  }
  return {
    id: ID,
    status: "ok",
    message: isMerged
      ? `${WHAT}: refused by the template, so its text goes into the first user message; it is read there`
      : `${WHAT}: accepted and read`,
    data,
  };
}
