import type { FileChange } from "../../protocol/index.ts";
import { readString } from "../arguments.ts";
import { describeBlock } from "../edit-file/closest.ts";
import { adviceAfterFailure } from "../files/advice.ts";
import { describeChange } from "../files/change.ts";
import { commitWrites } from "../files/commit.ts";
import { changeNote } from "../files/memory.ts";
import { displayPath, pathProblem, resolvePath, textProblem } from "../files/paths.ts";
import { readSnapshot } from "../files/snapshot.ts";
import {
  abortedResult,
  failedResult,
  invalidArguments,
  invalidCall,
  type PreparedCall,
  type Tool,
  type ToolContext,
  type ToolResult,
} from "../tool.ts";
import { unwrapPatch } from "./invocation.ts";
import { isPatchText, type PatchHunk, parsePatch } from "./parse.ts";
import { type Misfit, type PlannedFile, planPatch } from "./plan.ts";
import { applyPatchSpec } from "./spec.ts";

export const applyPatch: Tool = {
  spec: applyPatchSpec,
  aliases: ["applypatch"],
  prepare(args, context) {
    const input = readString(args, "input", "patch", "patch_text", "diff");
    if (input === undefined) {
      return invalidArguments(applyPatchSpec, "missing field `input`");
    }
    return prepareInput(input, context.cwd, context, args[BARE] === true ? "required" : "optional");
  },
  readText(text) {
    const input = unwrapPatch(text);
    return isPatchText(input) ? { input, [BARE]: true } : undefined;
  },
};

/** A patch without JSON around it: only its last line tells that it has come to its end. */
const BARE = "is_bare";

/** A patch whose paths start at `folder`, from whichever tool it came; JSON and here-documents show that it is whole. */
export function prepareInput(
  input: string,
  folder: string,
  context: ToolContext,
  endMarker: "required" | "optional" = "optional",
): PreparedCall {
  const parsed = parsePatch(unwrapPatch(input), { endMarker });
  if (parsed.kind === "invalid") {
    return invalidPatch(parsed.message);
  }
  const named = parsed.hunks.flatMap((hunk) =>
    hunk.kind === "update" && hunk.moveTo !== undefined ? [hunk.path, hunk.moveTo] : [hunk.path],
  );
  const problem =
    named.map((path) => pathProblem(path, "path")).find((found) => found !== undefined) ??
    textProblem(input, "input");
  if (problem !== undefined) {
    return invalidPatch(problem);
  }

  const resolveIn = (path: string) => resolvePath(path, { ...context, cwd: folder });
  const paths = [...new Set(named.map(resolveIn))];
  return {
    kind: "ready",
    action: { kind: "edit", paths: paths.map((path) => displayPath(context.cwd, path)) },
    effect: { kind: "write", paths },
    run: () => run(parsed.hunks, resolveIn, context),
  };
}

async function run(
  hunks: readonly PatchHunk[],
  resolve: (path: string) => string,
  context: ToolContext,
): Promise<ToolResult> {
  const plan = await planPatch(hunks, { resolve, read: (path) => readSnapshot(path, context) });
  // Nothing is written yet.
  if (context.signal.aborted) {
    return abortedResult();
  }
  if (plan.kind === "failed") {
    return failedResult(verificationFailed(plan.message + adviceFor(plan.misfit, context)));
  }
  const overwritten = plan.files.filter(({ isOverwritten }) => isOverwritten);
  const notes = plan.files.flatMap((file) => noteOn(file, context));
  const risk = overwritten.find(
    ({ before }) => before !== null && context.files.compare(before).kind === "changed",
  );
  if (risk?.before) {
    // Once is enough: the model has been told, and a second call says that it means it.
    context.files.saw(risk.before.target, risk.before.bytes);
    return failedResult(
      `not written: ${notes.join("\n")}. Read it again; a second call replaces it all the same`,
    );
  }

  // What is removed goes last: of a move, the new file stands before the old one goes.
  const writes = plan.files.toSorted((a, b) => Number(a.after === null) - Number(b.after === null));
  const committed = await commitWrites(writes, context);
  if (committed.kind === "failed") {
    return failedResult(committed.message);
  }
  return {
    output: ["Success. Updated the following files:", ...plan.summary, ...notes].join("\n"),
    outcome: { kind: "files-changed", changes: await describeFiles(plan.files, context.cwd) },
  };
}

/** After the message in Codex's words: what helps a model that has failed with the same file before. */
function adviceFor(misfit: Misfit | undefined, { files }: ToolContext): string {
  const failures = misfit === undefined ? 0 : files.editFailed(misfit.file.target);
  if (misfit === undefined || failures < 2) {
    return "";
  }
  const lines = [
    describeBlock(misfit.text, misfit.wanted, "the patch"),
    adviceAfterFailure({ text: misfit.text, failures, isFirstTold: false }),
  ];
  return lines.flatMap((line) => (line === undefined ? [] : [`\n${line}`])).join("");
}

/** What the model may not know of a file that it changes or replaces. */
function noteOn({ path, before, isOverwritten }: PlannedFile, { cwd, files }: ToolContext): string[] {
  const acquaintance = before === null ? undefined : files.compare(before);
  const shown = displayPath(cwd, path);
  if (acquaintance?.kind === "changed") {
    return [changeNote(shown, acquaintance)];
  }
  return acquaintance?.kind === "stranger" && isOverwritten === true
    ? [`${shown} existed already, and was replaced`]
    : [];
}

/** A move is one change, though it touches two files. */
async function describeFiles(files: readonly PlannedFile[], cwd: string): Promise<FileChange[]> {
  const destinationOf = (file: PlannedFile) =>
    file.after === null
      ? files.find((other) => other.path === file.movedTo && other.after !== null)
      : undefined;
  const destinations = new Set(files.map(destinationOf));
  return Promise.all(
    files
      .filter((file) => !destinations.has(file))
      .map((file) => {
        const destination = destinationOf(file);
        return describeChange({
          path: displayPath(cwd, file.path),
          before: file.before,
          after: destination === undefined ? file.after : destination.after,
          ...(destination === undefined ? {} : { movedTo: displayPath(cwd, destination.path) }),
        });
      }),
  );
}

function invalidPatch(message: string): PreparedCall {
  return invalidCall(applyPatchSpec.name, verificationFailed(message));
}

function verificationFailed(message: string): string {
  return `apply_patch verification failed: ${message}`;
}
