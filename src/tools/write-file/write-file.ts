import { readString } from "../arguments.ts";
import { refusedWrite } from "../files/commit.ts";
import { changeNote } from "../files/memory.ts";
import { unreadResult } from "../files/missing.ts";
import { displayPath, readPath, textProblem } from "../files/paths.ts";
import { decodeText, encodeText, type FileSnapshot, readSnapshot } from "../files/snapshot.ts";
import { writeOne } from "../files/write-one.ts";
import { toLines } from "../lines.ts";
import { pageOf } from "../read-file/page.ts";
import { failedResult, invalidArguments, type Tool, type ToolContext, type ToolResult } from "../tool.ts";
import { writeFileSpec } from "./spec.ts";

export const writeFile: Tool = {
  spec: writeFileSpec,
  aliases: ["create_file", "write", "write_to_file"],
  prepare(args, context) {
    const named = readPath(args, writeFileSpec, context);
    if (named.kind === "invalid") {
      return named;
    }
    const content = readString(args, "content", "text", "contents", "file_text");
    if (content === undefined) {
      return invalidArguments(writeFileSpec, "missing field `content` (a string)");
    }
    const problem = textProblem(content, "content");
    if (problem !== undefined) {
      return invalidArguments(writeFileSpec, problem);
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
      return replaceFile(read.file, content, shown, context);
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

async function replaceFile(
  file: FileSnapshot,
  content: string,
  shown: string,
  context: ToolContext,
): Promise<ToolResult> {
  const refusal = refusedWrite(context.sandbox, file.path, file.target);
  if (refusal !== undefined) {
    return failedResult(refusal);
  }
  const objection = objectionTo(file, content, shown, context);
  if (objection !== undefined) {
    // Once is enough: the model has been told, and a second call says that it means it.
    context.files.saw(file.target, file.bytes);
    return failedResult(objection);
  }
  return writeOne(
    { path: file.path, before: file, after: inFormOf(file, content) },
    `Wrote ${shown}`,
    context,
  );
}

/**
 * A file that was never read may have been seen by a command (`cat`), so a reading is not asked for as such: it would
 * cost each such write a turn. What is kept from happening is that a file is lost of which the model knows nothing,
 * as when it believes to make a new one: then little of the old text is in the new.
 */
function objectionTo(
  file: FileSnapshot,
  content: string,
  shown: string,
  context: ToolContext,
): string | undefined {
  const acquaintance = context.files.compare(file);
  switch (acquaintance.kind) {
    case "unchanged":
      return undefined;
    case "changed":
      return `not written: ${changeNote(shown, acquaintance)}. Read it again; a second write_file replaces it all the same`;
    case "stranger": {
      const decoded = decodeText(file.bytes);
      const old = decoded.kind === "binary" ? undefined : decoded.text;
      if (file.bytes.length === 0 || (old !== undefined && isKnown(old, content))) {
        return undefined;
      }
      const again = "A second write_file replaces it all the same";
      if (old === undefined) {
        return `not written: ${shown} exists already and is a binary file. ${again}`;
      }
      const page = pageOf(old, 1, MAX_LINES_SHOWN, context.outputLimit);
      return `not written: ${shown} exists already, and you have not read it. ${again}; its content is:\n${page.text}`;
    }
    default:
      return acquaintance satisfies never;
  }
}

const MAX_LINES_SHOWN = 60;

/** At least half of its lines come again. */
function isKnown(old: string, content: string): boolean {
  const isText = (line: string) => line !== "";
  const lines = toLines(old)
    .map((line) => line.trim())
    .filter(isText);
  const now = new Set(toLines(content).map((line) => line.trim()));
  return lines.filter((line) => now.has(line)).length * 2 >= lines.length;
}

/** Models write LF and no byte order mark; what the file has, it keeps. Where either has both endings, nothing is changed. */
function inFormOf(file: FileSnapshot, content: string): string {
  const old = decodeText(file.bytes);
  if (old.kind !== "text") {
    return content;
  }
  const withoutBom = content.replace(/^\ufeff/, "");
  const ending = endingOf(old.text);
  const given = endingOf(withoutBom);
  const text =
    ending === "crlf" && given === "lf"
      ? withoutBom.replaceAll("\n", "\r\n")
      : ending === "lf" && given === "crlf"
        ? withoutBom.replaceAll("\r\n", "\n")
        : withoutBom;
  return encodeText(text, old.hasBom || withoutBom !== content);
}

function endingOf(text: string): "lf" | "crlf" | "mixed" | "none" {
  const all = text.match(/\r?\n/g)?.length ?? 0;
  const crlf = text.match(/\r\n/g)?.length ?? 0;
  if (all === 0) {
    return "none";
  }
  return crlf === all ? "crlf" : crlf === 0 ? "lf" : "mixed";
}
