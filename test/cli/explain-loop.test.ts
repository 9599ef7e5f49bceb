import { expect, test } from "vitest";
import { explainLoop } from "../../src/cli/explain-loop.ts";
import type { LoopError } from "../../src/protocol/index.ts";

test.each<[LoopError["problem"], string]>([
  [
    { type: "repeated_call", name: "shell", subject: "npm test", count: 6 },
    "the model goes round in circles: it asked for the same call of shell (npm test) 6 times, got the same result each time, and was told so.",
  ],
  [
    { type: "repeated_call", name: "update_plan", subject: "", count: 6 },
    "the model goes round in circles: it asked for the same call of update_plan 6 times, got the same result each time, and was told so.",
  ],
  [
    { type: "repeated_call", name: "shell", subject: `cat <<E\n${"line\n".repeat(100)}E`, count: 6 },
    `the model goes round in circles: it asked for the same call of shell (cat <<E ${"line ".repeat(22)}li …) 6 times, got the same result each time, and was told so.`,
  ],
  [
    { type: "repeated_error", message: "bash: rg: command not found\n[exit 127, 3 ms]", count: 12 },
    "the model goes round in circles: 12 different calls failed with the same error, and it was told so: bash: rg: command not found [exit 127, 3 ms]",
  ],
  [
    { type: "repeated_text", unit: "I check\nit. " },
    'the model repeats itself without end, for the second time in this turn: "I check it.".',
  ],
  [
    { type: "reasoning_budget", tokens: 4100 },
    "the model thinks without end: cut off after about 4100 tokens, for the second time in a row.",
  ],
])("$type", (problem, message) => {
  const explanation = explainLoop({ kind: "loop", problem });
  expect(explanation.message).toBe(message);
  // What can be switched off is named as it is typed.
  expect(explanation.hint).toMatch(
    /-c loop_guard\.(repeated_calls|repeated_text)=false|model_reasoning_budget/,
  );
});
