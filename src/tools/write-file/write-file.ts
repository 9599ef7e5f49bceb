import { readString } from "../arguments.ts";
import { explainUnread } from "../files/missing.ts";
import { displayPath, pathProblem, resolvePath } from "../files/paths.ts";
import { readSnapshot } from "../files/snapshot.ts";
import { writeOne } from "../files/write-one.ts";
import {
  abortedResult,
  failedResult,
  invalidArguments,
  type Tool,
  type ToolContext,
  type ToolResult,
} from "../tool.ts";
import { writeFileSpec } from "./spec.ts";

export const writeFile: Tool = {
  spec: writeFileSpec,
  aliases: ["create_file", "write"],
  prepare(args, context) {
    const named = readString(args, "path", "file_path", "file", "filename");
    const content = readString(args, "content", "text", "contents", "file_text");
    const problem = pathProblem(named, "path");
    if (named === undefined || problem !== undefined) return invalidArguments(writeFileSpec, problem ?? "");
    if (content === undefined) return invalidArguments(writeFileSpec, "missing field `content` (a string)");
    const path = resolvePath(context.cwd, named);
    return {
      kind: "ready",
      action: { kind: "edit", paths: [displayPath(context.cwd, path)] },
      run: () => run(path, content, context),
    };
  },
};

async function run(path: string, content: string, context: ToolContext): Promise<ToolResult> {
  if (context.signal.aborted) return abortedResult("[interrupted by the user]");
  const shown = displayPath(context.cwd, path);
  const read = await readSnapshot(path);
  switch (read.kind) {
    case "missing":
      return writeOne({ path, before: null, after: content }, `Created ${shown}`, context);
    case "file":
      return writeOne({ path, before: read.file, after: content }, `Wrote ${shown}`, context);
    default:
      return failedResult(`not written: ${await explainUnread(read, path, context.cwd)}`);
  }
}
