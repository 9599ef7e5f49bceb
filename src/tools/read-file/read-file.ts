import { readdir } from "node:fs/promises";
import { readInteger } from "../arguments.ts";
import { unreadResult } from "../files/missing.ts";
import { displayPath, readPath } from "../files/paths.ts";
import { decodeText, type FileSnapshot, readSnapshot, systemReason } from "../files/snapshot.ts";
import { abortedResult, failedResult, type Tool, type ToolContext, type ToolResult } from "../tool.ts";
import { untilAborted } from "../until-aborted.ts";
import { pageOf } from "./page.ts";
import { readFileSpec } from "./spec.ts";

const MAX_ENTRIES = 200;

export const readFile: Tool = {
  spec: readFileSpec,
  aliases: ["read", "view", "view_file", "open_file", "cat", "list_dir"],
  prepare(args, context) {
    const named = readPath(args, readFileSpec, context);
    if (named.kind === "invalid") {
      return named;
    }
    const { path, shown } = named;
    const firstLine = Math.max(1, readInteger(args, "offset", "start_line", "line") ?? 1);
    const wanted = readInteger(args, "limit", "max_lines", "lines");
    const lineCount = wanted === undefined || wanted < 1 ? undefined : wanted;
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
          return listDirectory(path, context.signal);
        }
        return unreadResult(read, path, context);
      },
    };
  },
};

function showFile(
  file: FileSnapshot,
  { firstLine, lineCount }: { readonly firstLine: number; readonly lineCount: number | undefined },
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

async function listDirectory(path: string, signal: AbortSignal): Promise<ToolResult> {
  try {
    const entries = await untilAborted(readdir(path, { withFileTypes: true }), signal);
    if (entries === undefined) {
      return abortedResult();
    }
    const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
    const shown = names.slice(0, MAX_ENTRIES);
    const rest = names.length - shown.length;
    const note = rest > 0 ? [`[${rest} more entries]`] : [];
    return {
      output: names.length === 0 ? "[the directory is empty]" : [...shown, ...note].join("\n"),
      outcome: { kind: "file-read", lines: shown.length, totalLines: names.length },
    };
  } catch (error) {
    return failedResult(`${path} can't be listed: ${systemReason(error)}`);
  }
}
