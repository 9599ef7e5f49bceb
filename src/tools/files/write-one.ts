import { failedResult, type ToolContext, type ToolResult } from "../tool.ts";
import { describeChange } from "./change.ts";
import { commitWrites } from "./commit.ts";
import { displayPath } from "./paths.ts";
import type { FileSnapshot } from "./snapshot.ts";

/** The last step of a tool that writes one file. */
export async function writeOne(
  write: { path: string; before: FileSnapshot | null; after: string },
  success: string,
  context: ToolContext,
): Promise<ToolResult> {
  const committed = await commitWrites([write], context);
  if (committed.kind === "failed") {
    return failedResult(committed.message);
  }
  const change = await describeChange({ ...write, path: displayPath(context.cwd, write.path) });
  return { output: success, outcome: { kind: "files-changed", changes: [change] } };
}
