import { expect, test } from "vitest";
import { call, makeContext } from "./support.ts";

const steps = [
  { step: "find it", status: "completed" },
  { step: "mend it", status: "in_progress" },
  { step: "test it", status: "pending" },
];

test.each([
  ["as described", { plan: steps }, { steps }],
  ["with a reason", { explanation: "more to do", plan: steps }, { explanation: "more to do", steps }],
  ["as JSON in a string", { plan: JSON.stringify(steps) }, { steps }],
  [
    "with other words",
    {
      todos: [
        { content: "find it", status: "Done" },
        { title: "mend it", status: "in-progress" },
        { task: "test it", status: "todo" },
      ],
    },
    { steps },
  ],
  [
    "as a list of texts",
    { steps: ["a", "b"] },
    {
      steps: [
        { step: "a", status: "pending" },
        { step: "b", status: "pending" },
      ],
    },
  ],
  ["empty", { plan: [] }, { steps: [] }],
])("update_plan %s", async (_name, args, plan) => {
  expect(await call("update_plan", args, makeContext("/"))).toEqual({
    output: "Plan updated",
    outcome: { kind: "plan-updated", plan },
  });
});

test.each([{ plan: "soon" }, { plan: [{}] }, { plan: [null] }, { plan: 3 }])("not %j", async (args) => {
  expect((await call("update_plan", args, makeContext("/"))).outcome.kind).toBe("failed");
});
