import { readBoolean, readString } from "../arguments.ts";
import { unreadResult } from "../files/missing.ts";
import { displayPath, readPath } from "../files/paths.ts";
import { decodeText, encodeText, type FileSnapshot, readSnapshot } from "../files/snapshot.ts";
import { writeOne } from "../files/write-one.ts";
import { failedResult, invalidArguments, type Tool, type ToolContext, type ToolResult } from "../tool.ts";
import { explainNotFound } from "./explain.ts";
import { replaceExactly } from "./replace.ts";
import { editFileSpec } from "./spec.ts";

export const editFile: Tool = {
  spec: editFileSpec,
  aliases: ["str_replace", "replace", "edit"],
  prepare(args, context) {
    const named = readPath(args, editFileSpec, context);
    if (named.kind === "invalid") {
      return named;
    }
    const oldText = readString(args, "old_text", "old_string", "old_str");
    const newText = readString(args, "new_text", "new_string", "new_str");
    if (oldText === undefined) {
      return invalidArguments(editFileSpec, "missing field `old_text`");
    }
    if (newText === undefined) {
      return invalidArguments(editFileSpec, "missing field `new_text`");
    }
    const edit = { oldText, newText, replaceAll: readBoolean(args, "replace_all", "replaceAll") };
    return {
      kind: "ready",
      action: { kind: "edit", paths: [named.shown] },
      effect: { kind: "write", paths: [named.path] },
      run: () => run(named.path, edit, context),
    };
  },
};

interface Edit {
  readonly oldText: string;
  readonly newText: string;
  readonly replaceAll: boolean;
}

async function run(path: string, edit: Edit, context: ToolContext): Promise<ToolResult> {
  const shown = displayPath(context.cwd, path);
  if (edit.oldText === edit.newText) {
    return failedResult("old_text and new_text are the same: nothing to change");
  }

  const read = await readSnapshot(path, context);
  if (read.kind === "missing" && edit.oldText === "") {
    return writeOne({ path, before: null, after: edit.newText }, `Created ${shown}`, context);
  }
  if (read.kind !== "file") {
    return unreadResult(read, path, context);
  }
  if (edit.oldText === "") {
    return failedResult(
      `${shown} exists already: give the old_text to replace, or use write_file to replace all`,
    );
  }
  return editExisting(read.file, edit, shown, context);
}

async function editExisting(
  file: FileSnapshot,
  edit: Edit,
  shown: string,
  context: ToolContext,
): Promise<ToolResult> {
  const decoded = decodeText(file.bytes);
  if (decoded.kind !== "text") {
    return failedResult(
      `${shown} is ${decoded.kind === "binary" ? "a binary file" : "not UTF-8 text"}: not edited`,
    );
  }
  const replaced = replaceExactly(decoded.text, edit);
  switch (replaced.kind) {
    case "not-found":
      return failedResult(explainNotFound(decoded.text, edit.oldText, shown));
    case "ambiguous":
      return failedResult(
        `old_text is in ${shown} ${replaced.lines.length} times, at ${lineList(replaced.lines)}: ` +
          "add lines around it until it is unique, or set replace_all",
      );
    case "replaced": {
      const after = encodeText(replaced.text, decoded.hasBom);
      return writeOne(
        { path: file.path, before: file, after },
        `Edited ${shown} at ${lineList(replaced.lines)}`,
        context,
      );
    }
    default:
      return replaced satisfies never;
  }
}

const MAX_LINES_NAMED = 20;

function lineList(lines: readonly number[]): string {
  const named = lines.slice(0, MAX_LINES_NAMED).join(", ");
  return `${lines.length === 1 ? "line" : "lines"} ${named}${lines.length > MAX_LINES_NAMED ? ", …" : ""}`;
}
