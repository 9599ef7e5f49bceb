import { readdir } from "node:fs/promises";
import { readInteger, readString } from "../arguments.ts";
import { unreadResult } from "../files/missing.ts";
import { displayPath, readPath } from "../files/paths.ts";
import { decodeText, type FileSnapshot, readSnapshot, systemReason } from "../files/snapshot.ts";
import { fittingLines } from "../fitting-lines.ts";
import { abortedResult, failedResult, type Tool, type ToolContext, type ToolResult } from "../tool.ts";
import { untilAborted } from "../until-aborted.ts";
import { pageOf } from "./page.ts";
import { readFileSpec } from "./spec.ts";

export const readFile: Tool = {
  spec: readFileSpec,
  aliases: ["read", "view", "view_file", "open_file", "cat"],
  prepare(args, context) {
    const named = readPath(args, readFileSpec, context);
    if (named.kind === "invalid") {
      return named;
    }
    const { path, shown } = named;
    const { firstLine, lineCount } = readRange(args);
    return {
      kind: "ready",
      action: {
        kind: "read",
        path: shown,
        ...(firstLine === 1 ? {} : { firstLine }),
        ...(lineCount === undefined ? {} : { lineCount }),
      },
      effect: { kind: "none" },
      async run() {
        const read = await readSnapshot(path, context);
        if (read.kind === "file") {
          context.files.saw(read.file.target, read.file.bytes);
          return showFile(read.file, { firstLine, lineCount }, context);
        }
        if (read.kind === "directory") {
          return listEntries(path, { firstLine, lineCount }, context);
        }
        return unreadResult(read, path, context);
      },
    };
  },
};

/** The same for agents that have a tool of its own for it; there, no path is the working directory. */
export const listDirectory: Tool = {
  ...readFile,
  aliases: ["list_dir", "list_directory", "ls"],
  prepare: (args, context) =>
    readFile.prepare({ ...args, path: readString(args, "path", "dir_path", "directory") ?? "." }, context),
};

interface Range {
  readonly firstLine: number;
  readonly lineCount: number | undefined;
}

/** `start_line` and `end_line` are what other agents have. */
function readRange(args: Record<string, unknown>): Range {
  const firstLine = Math.max(1, readInteger(args, "offset", "start_line", "line") ?? 1);
  const lastLine = readInteger(args, "end_line");
  const wanted =
    readInteger(args, "limit", "max_lines", "lines") ??
    (lastLine === undefined ? undefined : lastLine - firstLine + 1);
  return { firstLine, lineCount: wanted === undefined || wanted < 1 ? undefined : wanted };
}

function showFile(
  file: FileSnapshot,
  { firstLine, lineCount }: Range,
  { cwd, outputLimit }: ToolContext,
): ToolResult {
  const decoded = decodeText(file.bytes);
  if (decoded.kind === "binary") {
    return failedResult(`${displayPath(cwd, file.path)} is a binary file (${file.bytes.length} bytes)`);
  }
  const page = pageOf(decoded.text, firstLine, lineCount, outputLimit);
  if (page.shown === 0 && page.total > 0) {
    return failedResult(`offset ${firstLine} is behind the end: the file has ${page.total} lines`);
  }
  const warning = decoded.kind === "not-utf8" ? "\n[not UTF-8: some characters are shown as \ufffd]" : "";
  return {
    output: page.total === 0 ? "[the file is empty]" : page.text + warning,
    outcome: { kind: "file-read", lines: page.shown, totalLines: page.total },
  };
}

async function listEntries(
  path: string,
  { firstLine, lineCount }: Range,
  { signal, outputLimit }: ToolContext,
): Promise<ToolResult> {
  try {
    const entries = await untilAborted(readdir(path, { withFileTypes: true }), signal);
    if (entries === undefined) {
      return abortedResult();
    }
    const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
    if (names.length > 0 && firstLine > names.length) {
      return failedResult(`offset ${firstLine} is behind the end: the directory has ${names.length} entries`);
    }
    const first = firstLine - 1;
    const wanted = names.slice(first, lineCount === undefined ? undefined : first + lineCount);
    const shown = fittingLines(wanted, outputLimit);
    const rest = names.length - first - shown.length;
    const note = rest > 0 ? [`[${rest} more entries; continue with offset=${firstLine + shown.length}]`] : [];
    return {
      output: names.length === 0 ? "[the directory is empty]" : [...shown, ...note].join("\n"),
      outcome: { kind: "file-read", lines: shown.length, totalLines: names.length },
    };
  } catch (error) {
    return failedResult(`${path} can't be listed: ${systemReason(error)}`);
  }
}
