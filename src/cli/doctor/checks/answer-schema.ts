import type { ExplainContext } from "../../explanation.ts";
import type { Check } from "../check.ts";
import { type Answer, type Ask, textOf, userSays } from "../question.ts";
import { judgeFailure } from "./answer-failure.ts";

const ID = "model.json-schema";
const WHAT = "json_schema";

const SCHEMA = {
  type: "object",
  properties: { legs: { type: "integer" } },
  required: ["legs"],
  additionalProperties: false,
};

/** Asked in such a way that only the schema makes JSON of it. */
export async function checkAnswerSchema(ask: Ask): Promise<Answer> {
  return await ask({
    instructions: "You answer in plain English.",
    items: [userSays("How many legs has a spider? Answer in one sentence.")],
    answerSchema: { name: "legs", schema: SCHEMA },
  });
}

const WITHOUT = "so leat can't have the broken arguments of a call written anew";

export function judgeAnswerSchema(answer: Answer, context: ExplainContext): Check {
  if (answer.type === "failed" && answer.error.kind === "unsupported_parameter") {
    return {
      id: ID,
      status: "info",
      message: `${WHAT}: the server refuses response_format, ${WITHOUT}`,
      data: { honoured: false },
    };
  }
  if (answer.type !== "answered") {
    const check = judgeFailure({ id: ID, what: WHAT, context }, answer);
    // Not needed for a session: only what can't be read any other way is asked for like this.
    return check.status === "fail" ? { ...check, status: "warn" } : check;
  }
  return hasLegs(textOf(answer.items))
    ? { id: ID, status: "ok", message: `${WHAT}: response_format is honoured`, data: { honoured: true } }
    : {
        id: ID,
        status: "info",
        message: `${WHAT}: response_format is ignored, ${WITHOUT}`,
        data: { honoured: false },
      };
}

function hasLegs(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "legs" in value && Number.isInteger(value.legs);
  } catch {
    return false;
  }
}
