import type { EditTool, ToolSpec } from "../protocol/index.ts";
import { applyPatchSpec } from "./apply-patch/spec.ts";
import { editFileSpec } from "./edit-file/spec.ts";
import type { FileMemory } from "./files/memory.ts";
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
  prepare(call: ToolCall, surroundings: Omit<ToolContext, "outputLimit" | "files">): Promise<PreparedCall>;
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
  /** Else, or with "auto", the one that suits the model's family. */
  readonly editTool?: EditTool | "auto";
}

/**
 * The first row that matches counts. OpenAI's models are trained on apply_patch, others fail with it often: of their
 * edits by old and new text more are well-formed, and most by whole files.
 */
const families: readonly {
  readonly slug: RegExp;
  readonly editTool: EditTool;
  readonly otherSpecs: readonly ToolSpec[];
}[] = [
  { slug: /^gpt-/, editTool: "apply_patch", otherSpecs: [shellSpec] },
  { slug: /^/, editTool: "edit_file", otherSpecs: [shellSpec, readFileSpec] },
];

/** write_file is always there: a model that fails with the other one has a way out. */
const editSpecs: Readonly<Record<EditTool, readonly ToolSpec[]>> = {
  edit_file: [editFileSpec, writeFileSpec],
  apply_patch: [applyPatchSpec, writeFileSpec],
  write_file: [writeFileSpec],
};

export function createToolSet({ model, contextWindow, editTool = "auto" }: ToolSetOptions): ToolSet {
  const slug = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
  const family = families.find((row) => row.slug.test(slug));
  const chosen = editTool === "auto" ? (family?.editTool ?? "edit_file") : editTool;
  const specs = [...(family?.otherSpecs ?? []), ...editSpecs[chosen], updatePlanSpec];
  const outputLimit = outputLimitFor(contextWindow);
  let files: FileMemory | undefined;
  return {
    specs,
    async prepare(call, surroundings) {
      const { createFileMemory, prepareCall } = await import("./prepare-call.ts");
      files ??= createFileMemory();
      return prepareCall(
        call,
        { ...surroundings, outputLimit, files },
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
