import type { LoopError } from "../protocol/index.ts";
import type { Explanation } from "./explanation.ts";

/** Why the loop guard ended a turn, and the way out. */
export function explainLoop({ problem }: LoopError): Explanation {
  switch (problem.type) {
    case "repeated_call": {
      const { name, subject, count } = problem;
      const what = subject === "" ? shortened(name) : `${shortened(name)} (${shortened(subject)})`;
      return {
        message: `the model goes round in circles: it asked for the same call of ${what} ${count} times, got the same result each time, and was told so.`,
        hint: `Say it in another way, or tell the model what it misses; another model may do better (-m). ${switchOff("repeated_calls")}`,
      };
    }
    case "repeated_error":
      return {
        message: `the model goes round in circles: ${problem.count} different calls failed with the same error, and it was told so: ${shortened(problem.message)}`,
        hint: `Remove the cause of that error, or tell the model another way. ${switchOff("repeated_calls")}`,
      };
    case "repeated_text":
      return {
        message: `the model repeats itself without end, for the second time in this turn: ${JSON.stringify(shortened(problem.unit))}.`,
        hint: `Small models, hard quantization and a full context end like this: start a new session, set the sampling that the model's card names (extra_body of the provider), or choose another model with -m. ${switchOff("repeated_text")}`,
      };
    case "reasoning_budget":
      return {
        message: `the model thinks without end: cut off after about ${problem.tokens} tokens, for the second time in a row.`,
        hint: "Raise model_reasoning_budget, lower model_reasoning_effort, or ask for less at once.",
      };
    default:
      return problem satisfies never;
  }
}

function switchOff(key: string): string {
  return `To let it go on: -c loop_guard.${key}=false.`;
}

const MOST_LENGTH = 120;

/** The beginning, on one line. */
function shortened(text: string): string {
  const line = text
    .slice(0, 4 * MOST_LENGTH)
    .trim()
    .replace(/\s+/g, " ");
  return line.length > MOST_LENGTH ? `${line.slice(0, MOST_LENGTH)} …` : line;
}
