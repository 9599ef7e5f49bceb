import { readBoolean, readString } from "../arguments.ts";
import { adviceAfterFailure } from "../files/advice.ts";
import { changeNote } from "../files/memory.ts";
import { unreadResult } from "../files/missing.ts";
import { displayPath, readPath, textProblem } from "../files/paths.ts";
import { decodeText, encodeText, type FileSnapshot, readSnapshot } from "../files/snapshot.ts";
import { writeOne } from "../files/write-one.ts";
import { failedResult, invalidArguments, type Tool, type ToolContext, type ToolResult } from "../tool.ts";
import { type Edit, editText } from "./edit-text.ts";
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
    const problem = textProblem(oldText, "old_text") ?? textProblem(newText, "new_text");
    if (problem !== undefined) {
      return invalidArguments(editFileSpec, problem);
    }
    const edit = {
      // A byte order mark is no part of a file's text here.
      oldText: oldText.replace(/^\ufeff/, ""),
      newText: newText.replace(/^\ufeff/, ""),
      replaceAll: readBoolean(args, "replace_all", "replaceAll"),
    };
    return {
      kind: "ready",
      action: { kind: "edit", paths: [named.shown] },
      effect: { kind: "write", paths: [named.path] },
      run: () => run(named.path, edit, context),
    };
  },
};

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
  // An empty file is as good as none: there is nothing in it that an old text could name.
  if (edit.oldText === "" && read.file.bytes.length === 0) {
    return writeOne({ path, before: read.file, after: edit.newText }, `Wrote ${shown}`, context);
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
  const acquaintance = context.files.compare(file);
  const change = acquaintance.kind === "changed" ? changeNote(shown, acquaintance) : undefined;
  const edited = editText(decoded.text, edit, shown);
  if (edited.kind === "failed") {
    const failures = context.files.editFailed(file.target);
    const advice = adviceAfterFailure({
      text: decoded.text,
      failures,
      isFirstTold: edited.reason === "not-found",
    });
    return failedResult(
      [edited.message, change === undefined ? undefined : `${change}. Read it again`, advice]
        .filter((line) => line !== undefined)
        .join("\n"),
    );
  }
  const notes = [
    edited.note,
    change === undefined ? "" : `${change}; old_text was still there. Read the file again before other edits`,
  ].filter((note) => note !== "");
  return writeOne(
    { path: file.path, before: file, after: encodeText(edited.text, decoded.hasBom) },
    [`Edited ${shown} at ${edited.where}`, ...notes].join("\n"),
    context,
  );
}
