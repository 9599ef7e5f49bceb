import type { ToolSpec } from "../protocol/index.ts";
import { applyPatchSpec } from "./apply-patch/spec.ts";
import { editFileSpec } from "./edit-file/spec.ts";
import { readFileSpec } from "./read-file/spec.ts";
import { shellSpec } from "./shell/spec.ts";
import type { OutputLimit, PreparedCall, ToolContext } from "./tool.ts";
import { updatePlanSpec } from "./update-plan/spec.ts";
import { writeFileSpec } from "./write-file/spec.ts";

/**
 * The tools that one model is offered. Their specs never change, since they stand at the head of every prompt.
 * What runs them is loaded with the first call, when the first request has long left.
 */
export interface ToolSet {
  readonly specs: readonly ToolSpec[];
  /** Reads a call; nothing has run yet. Asked again with another sandbox, it gives the same call to be run there. */
  prepare(call: ToolCall, surroundings: Omit<ToolContext, "outputLimit">): Promise<PreparedCall>;
}

export interface ToolCall {
  readonly name: string;
  /** JSON, as the model wrote it. */
  readonly arguments: string;
}

export interface ToolSetOptions {
  /** The model's name as the server knows it; by its family the editing tool is chosen. */
  readonly model: string;
  /** Tokens; undefined where nobody told. */
  readonly contextWindow?: number;
}

/** The first row that matches counts. OpenAI's models are trained on apply_patch, others fail with it often. */
const families: readonly { readonly slug: RegExp; readonly specs: readonly ToolSpec[] }[] = [
  { slug: /^gpt-/, specs: [shellSpec, applyPatchSpec, updatePlanSpec] },
  { slug: /^/, specs: [shellSpec, readFileSpec, editFileSpec, writeFileSpec, updatePlanSpec] },
];

export function createToolSet({ model, contextWindow }: ToolSetOptions): ToolSet {
  const slug = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
  const specs = families.find((family) => family.slug.test(slug))?.specs ?? [];
  const outputLimit = outputLimitFor(contextWindow);
  return {
    specs,
    async prepare(call, surroundings) {
      const { prepareCall } = await import("./prepare-call.ts");
      return prepareCall(
        call,
        { ...surroundings, outputLimit },
        specs.map(({ name }) => name),
      );
    },
  };
}

/** A twelfth of the window, at four bytes a token: what Codex allows where the window is that of a usual local model. */
const BYTES_OF_A_TOKEN = 4;
const SHARE_OF_WINDOW = 12;
const LIMITS = { leastBytes: 2_560, usualBytes: 10_240, mostBytes: 16_384, usualLines: 256 };

/** What one tool's output may take of the prompt. */
function outputLimitFor(contextWindow: number | undefined): OutputLimit {
  if (contextWindow === undefined) {
    return { bytes: LIMITS.usualBytes, lines: LIMITS.usualLines };
  }
  const share = Math.floor((contextWindow * BYTES_OF_A_TOKEN) / SHARE_OF_WINDOW);
  const bytes = Math.max(LIMITS.leastBytes, Math.min(LIMITS.mostBytes, share));
  return { bytes, lines: Math.floor((LIMITS.usualLines * bytes) / LIMITS.usualBytes) };
}
