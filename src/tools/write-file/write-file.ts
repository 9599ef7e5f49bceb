import { readString } from "../arguments.ts";
import { unreadResult } from "../files/missing.ts";
import { displayPath, readPath } from "../files/paths.ts";
import { readSnapshot } from "../files/snapshot.ts";
import { writeOne } from "../files/write-one.ts";
import { invalidArguments, type Tool, type ToolContext, type ToolResult } from "../tool.ts";
import { writeFileSpec } from "./spec.ts";

export const writeFile: Tool = {
  spec: writeFileSpec,
  aliases: ["create_file", "write"],
  prepare(args, context) {
    const named = readPath(args, writeFileSpec, context);
    if (named.kind === "invalid") {
      return named;
    }
    const content = readString(args, "content", "text", "contents", "file_text");
    if (content === undefined) {
      return invalidArguments(writeFileSpec, "missing field `content` (a string)");
    }
    return {
      kind: "ready",
      action: { kind: "edit", paths: [named.shown] },
      effect: { kind: "write", paths: [named.path] },
      run: () => run(named.path, content, context),
    };
  },
};

async function run(path: string, content: string, context: ToolContext): Promise<ToolResult> {
  const shown = displayPath(context.cwd, path);
  const read = await readSnapshot(path, context);
  switch (read.kind) {
    case "missing":
      return writeOne({ path, before: null, after: content }, `Created ${shown}`, context);
    case "file":
      return writeOne({ path, before: read.file, after: content }, `Wrote ${shown}`, context);
    case "directory":
    case "special":
    case "hidden":
    case "too-large":
    case "unreadable":
    case "aborted":
      return unreadResult(read, path, context, "not written: ");
    default:
      return read satisfies never;
  }
}
