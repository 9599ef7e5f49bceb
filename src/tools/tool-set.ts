import type { ToolSpec } from "../protocol/index.ts";
import { applyPatchSpec } from "./apply-patch/spec.ts";
import { editFileSpec } from "./edit-file/spec.ts";
import { readFileSpec } from "./read-file/spec.ts";
import { shellSpec } from "./shell/spec.ts";
import type { PreparedCall, ToolContext } from "./tool.ts";
import { updatePlanSpec } from "./update-plan/spec.ts";
import { writeFileSpec } from "./write-file/spec.ts";

/**
 * The tools that one model is offered. Their specs never change, since they stand at the head of every prompt.
 * What runs them is loaded with the first call, when the first request has long left.
 */
export interface ToolSet {
  readonly specs: readonly ToolSpec[];
  prepare(call: { name: string; arguments: string }, context: ToolContext): Promise<PreparedCall>;
}

/** The first row that matches counts. OpenAI's models are trained on apply_patch, others fail with it often. */
const families: readonly { readonly slug: RegExp; readonly specs: readonly ToolSpec[] }[] = [
  { slug: /^gpt-/, specs: [shellSpec, applyPatchSpec, updatePlanSpec] },
  { slug: /^/, specs: [shellSpec, readFileSpec, editFileSpec, writeFileSpec, updatePlanSpec] },
];

export function createToolSet(model: string): ToolSet {
  const slug = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
  const specs = families.find((family) => family.slug.test(slug))?.specs ?? [];
  return {
    specs,
    async prepare(call, context) {
      const { prepareCall } = await import("./prepare-call.ts");
      return prepareCall(
        call,
        context,
        specs.map(({ name }) => name),
      );
    },
  };
}
