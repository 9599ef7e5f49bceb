import type { FileChange } from "../../protocol/index.ts";
import { readString } from "../arguments.ts";
import { describeChange } from "../files/change.ts";
import { commitWrites } from "../files/commit.ts";
import { displayPath, pathProblem, resolvePath } from "../files/paths.ts";
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
import { unwrapHeredoc } from "./invocation.ts";
import { isPatchText, type PatchHunk, parsePatch } from "./parse.ts";
import { type PlannedFile, planPatch } from "./plan.ts";
import { applyPatchSpec } from "./spec.ts";

export const applyPatch: Tool = {
  spec: applyPatchSpec,
  aliases: ["applypatch"],
  prepare(args, context) {
    const input = readString(args, "input", "patch", "patch_text", "diff");
    if (input === undefined) {
      return invalidArguments(applyPatchSpec, "missing field `input`");
    }
    return prepareInput(input, context.cwd, context);
  },
  readText(text) {
    const input = unwrapHeredoc(text);
    return isPatchText(input) ? { input } : undefined;
  },
};

/** A patch whose paths start at `folder`, from whichever tool it came. */
export function prepareInput(input: string, folder: string, context: ToolContext): PreparedCall {
  const parsed = parsePatch(unwrapHeredoc(input));
  if (parsed.kind === "invalid") {
    return invalidPatch(parsed.message);
  }
  const named = parsed.hunks.flatMap((hunk) =>
    hunk.kind === "update" && hunk.moveTo !== undefined ? [hunk.path, hunk.moveTo] : [hunk.path],
  );
  const problem = named.map((path) => pathProblem(path, "path")).find((found) => found !== undefined);
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
    return failedResult(verificationFailed(plan.message));
  }

  // What is removed goes last: of a move, the new file stands before the old one goes.
  const writes = plan.files.toSorted((a, b) => Number(a.after === null) - Number(b.after === null));
  const committed = await commitWrites(writes, context.sandbox);
  if (committed.kind === "failed") {
    return failedResult(committed.message);
  }
  return {
    output: ["Success. Updated the following files:", ...plan.summary].join("\n"),
    outcome: { kind: "files-changed", changes: await describeFiles(plan.files, context.cwd) },
  };
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
