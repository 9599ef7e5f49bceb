import type { EditTool, ToolSpec } from "../protocol/index.ts";
import { applyPatchSpec } from "./apply-patch/spec.ts";
import { editFileSpec } from "./edit-file/spec.ts";
import type { FileMemory } from "./files/memory.ts";
import { outputLimitFor } from "./output-limit.ts";
import { readFileSpec } from "./read-file/spec.ts";
import { searchSpec } from "./search/spec.ts";
import type { RunningCommand, ShellSession } from "./shell/background.ts";
import { shellOutputSpec, shellSpec, shellSpecWithEscalation } from "./shell/spec.ts";
import type { CallSurroundings, PreparedCall } from "./tool.ts";
import { updatePlanSpec } from "./update-plan/spec.ts";
import { seesImages } from "./view-image/models.ts";
import { viewImageSpec } from "./view-image/spec.ts";
import { writeFileSpec } from "./write-file/spec.ts";

/**
 * The tools that one model is offered. Their specs never change, since they stand at the head of every prompt.
 * What runs them is loaded with the first call, when the first request has long left.
 */
export interface ToolSet {
  readonly specs: readonly ToolSpec[];
  /** Reads a call; nothing has run yet. Asked again with another sandbox, it gives the same call to be run there. */
  prepare(call: ToolCall, surroundings: CallSurroundings): Promise<PreparedCall>;
  /** The commands that go on in the background, the oldest first. */
  running(): readonly RunningCommand[];
  /** Ends what runs in the background, with its children; from then on no command is started there. */
  close(): Promise<void>;
}

interface ToolCall {
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
  /** The user's own limit for a tool's output, in tokens. */
  readonly outputTokens?: number;
  /** Somebody can be asked, so the model may ask for commands outside the sandbox. */
  readonly canEscalate?: boolean;
  /** Command lines are read by a login shell. */
  readonly useLoginShell?: boolean;
  /** Whether the model is offered pictures; not set: by its name. */
  readonly viewImage?: boolean;
}

interface Family {
  readonly slug: RegExp;
  readonly editTool: EditTool;
  readonly otherSpecs: readonly ToolSpec[];
}

const USUAL_FAMILY: Family = {
  slug: /^/,
  editTool: "edit_file",
  otherSpecs: [shellSpec, shellOutputSpec, readFileSpec, searchSpec],
};

/**
 * The first row that matches counts. OpenAI's models search by shell and are trained on apply_patch, others fail with it
 * often: of their edits by old and new text more are well-formed, and most by whole files.
 */
const families: readonly Family[] = [
  { slug: /^gpt-/, editTool: "apply_patch", otherSpecs: [shellSpec, shellOutputSpec] },
  USUAL_FAMILY,
];

/** write_file is always there: a model that fails with the other one has a way out. */
const editSpecs: Readonly<Record<EditTool, readonly ToolSpec[]>> = {
  edit_file: [editFileSpec, writeFileSpec],
  apply_patch: [applyPatchSpec, writeFileSpec],
  write_file: [writeFileSpec],
};

const FIRST_WAIT_MS = 1_000;

export function createToolSet(options: ToolSetOptions): ToolSet {
  const { model, editTool = "auto" } = options;
  const slug = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
  const family = families.find((candidate) => candidate.slug.test(slug)) ?? USUAL_FAMILY;
  const specs = [
    ...family.otherSpecs.map((spec) =>
      options.canEscalate === true && spec === shellSpec ? shellSpecWithEscalation : spec,
    ),
    ...editSpecs[editTool === "auto" ? family.editTool : editTool],
    updatePlanSpec,
    ...((options.viewImage ?? seesImages(model)) ? [viewImageSpec] : []),
  ];
  const outputLimit = outputLimitFor(options.contextWindow, options.outputTokens);
  let files: FileMemory | undefined;
  let shell: ShellSession | undefined;
  let closed = false;
  return {
    specs,
    async prepare(call, surroundings) {
      const { BackgroundCommands, createFileMemory, prepareCall } = await import("./prepare-call.ts");
      files ??= createFileMemory();
      shell ??= {
        useLoginShell: options.useLoginShell ?? false,
        firstWaitMs: FIRST_WAIT_MS,
        background: new BackgroundCommands({ closed }),
      };
      return prepareCall(
        call,
        { ...surroundings, outputLimit, files, shell },
        specs.map(({ name }) => name),
      );
    },
    running: () => shell?.background.running() ?? [],
    async close() {
      closed = true;
      await shell?.background.close();
    },
  };
}
