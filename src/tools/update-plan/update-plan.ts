import type { Plan } from "../../protocol/index.ts";
import { parseJson, readString } from "../arguments.ts";
import { invalidArguments, type Tool } from "../tool.ts";
import { updatePlanSpec } from "./spec.ts";

export const updatePlan: Tool = {
  spec: updatePlanSpec,
  aliases: ["todo_write", "update_todo_list"],
  prepare(args) {
    const steps = readSteps(args["plan"] ?? args["steps"] ?? args["todos"]);
    if (steps === undefined) {
      return invalidArguments(updatePlanSpec, "`plan` must be a list of {step, status}");
    }
    const explanation = readString(args, "explanation");
    const plan: Plan = { ...(explanation === undefined ? {} : { explanation }), steps };
    return {
      kind: "ready",
      action: { kind: "plan" },
      effect: { kind: "none" },
      run: async () => ({ output: "Plan updated", outcome: { kind: "plan-updated", plan } }),
    };
  },
};

type Step = Plan["steps"][number];

function readSteps(value: unknown): Step[] | undefined {
  const list = typeof value === "string" ? parseList(value) : value;
  if (!Array.isArray(list)) {
    return undefined;
  }
  const steps = list.map(readStep);
  return steps.every((step) => step !== undefined) ? steps : undefined;
}

/** The list as JSON within a string, which some chat templates make of nested arguments. */
function parseList(text: string): unknown {
  const parsed = parseJson(text);
  return parsed.ok ? parsed.value : undefined;
}

function readStep(value: unknown): Step | undefined {
  if (typeof value === "string") {
    return { step: value, status: "pending" };
  }
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  const fields = value as Record<string, unknown>;
  const step = readString(fields, "step", "content", "title", "task", "description", "text");
  return step === undefined ? undefined : { step, status: readStatus(fields["status"]) };
}

/** A status in other words is no reason to refuse a plan. */
function readStatus(value: unknown): Step["status"] {
  const words = String(value)
    .toLowerCase()
    .replace(/[^a-z]/g, "");
  if (/^(done|complete|completed|finished|true)$/.test(words)) {
    return "completed";
  }
  if (/^(inprogress|doing|active|current|started|running|working)$/.test(words)) {
    return "in_progress";
  }
  return "pending";
}
