import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { readBoolean, readString } from "../arguments.ts";
import { unreadResult } from "../files/missing.ts";
import { displayPath, pathProblem, resolvePath } from "../files/paths.ts";
import { systemCode, systemReason } from "../files/snapshot.ts";
import { plainTerminalText } from "../terminal-text.ts";
import {
  abortedResult,
  failedResult,
  invalidArguments,
  type Tool,
  type ToolContext,
  type ToolResult,
} from "../tool.ts";
import { untilAborted } from "../until-aborted.ts";
import type { Query } from "./engines.ts";
import { find } from "./find.ts";
import { readGlobs } from "./glob.ts";
import { type SearchRequest, searchResult } from "./result.ts";
import { searchSpec } from "./spec.ts";

export const search: Tool = {
  spec: searchSpec,
  aliases: [
    ...["grep", "ripgrep", "rg", "grep_search", "grep_files", "search_files"],
    ...["search_file_content", "search_code", "code_search"],
  ],
  prepare(args, context) {
    const pattern = readString(args, "pattern", "query", "regex", "regexp", "search_term", "text");
    const path = readString(args, "path", "directory", "dir_path", "dir", "file_path", "target_directory");
    const glob = readString(args, "glob", "include", "include_pattern", "file_pattern", "glob_pattern");
    const problem =
      (path === undefined || path === "" ? undefined : pathProblem(path, "path")) ??
      (pattern?.includes("\0") === true ? "`pattern` contains a NUL character" : undefined);
    if (problem !== undefined) {
      return invalidArguments(searchSpec, problem);
    }
    const place = resolvePath(path ?? "", context);
    const shown = displayPath(context.cwd, place);
    const request: SearchRequest = {
      ...(pattern === undefined || pattern === "" ? {} : { pattern }),
      ...(glob === undefined || glob === "" ? {} : { glob }),
      place,
      ignoreCase: readBoolean(args, "ignore_case", "case_insensitive", "-i"),
    };
    return {
      kind: "ready",
      action: {
        kind: "search",
        ...(request.pattern === undefined ? {} : { pattern: request.pattern }),
        ...(shown === "." ? {} : { path: shown }),
        ...(request.glob === undefined ? {} : { glob: request.glob }),
      },
      effect: { kind: "none" },
      run: () => runSearch(request, context),
    };
  },
};

/** Where other agents look for files by name, `pattern` is the glob. */
export const findFiles: Tool = {
  ...search,
  aliases: ["glob", "list_files", "find_files", "file_search", "glob_file_search", "find"],
  prepare(args, context) {
    const { pattern, query, ...rest } = args;
    const name = readString({ pattern, query, ...rest }, "glob", "pattern", "query", "glob_pattern", "name");
    const glob = name === undefined || /[*?[{/]/.test(name) ? name : `*${name}*`;
    return search.prepare({ ...rest, ...(glob === undefined ? {} : { glob }) }, context);
  },
};

async function runSearch(request: SearchRequest, context: ToolContext): Promise<ToolResult> {
  const { place, pattern, glob, ignoreCase } = request;
  const kind = await untilAborted(kindOf(place), context.signal);
  if (kind === undefined) {
    return abortedResult();
  }
  if (context.sandbox.isHidden(place)) {
    return unreadResult({ kind: "hidden" }, place, context);
  }
  if (kind === "missing") {
    return unreadResult({ kind }, place, context);
  }
  if (kind !== "file" && kind !== "directory") {
    return failedResult(`${displayPath(context.cwd, place)} can't be searched: ${kind.reason}`);
  }
  const folder = kind === "file" ? dirname(place) : place;
  const globs =
    glob === undefined ? [] : readGlobs(glob, { absolute: folder, shown: displayPath(context.cwd, folder) });
  if (globs === undefined) {
    return failedResult("`glob` can't be read; write it like src/**/*.ts");
  }
  const query: Query = {
    ...(pattern === undefined ? {} : { pattern }),
    ...(kind === "file" ? { file: basename(place) } : {}),
    literal: false,
    ignoreCase,
    globs,
  };
  const { sandbox, signal } = context;
  const found = await find(query, { sandbox, folder, signal });
  if (found.kind !== "bad-pattern") {
    return searchResult(found, { request, folder, context });
  }
  // As often as not the model means the text as it stands: `foo(`.
  const literally = await find({ ...query, literal: true }, { sandbox, folder, signal });
  if (literally.kind === "found" && literally.hits.length > 0) {
    const note = "[not a regular expression, so it was searched as plain text]";
    return searchResult(literally, { request, folder, context, note });
  }
  return literally.kind === "not-run"
    ? searchResult(literally, { request, folder, context })
    : failedResult(badPattern(pattern ?? "", found.message));
}

type Kind = "file" | "directory" | "missing" | { readonly reason: string };

async function kindOf(path: string): Promise<Kind> {
  try {
    const found = await stat(path);
    return found.isDirectory() ? "directory" : found.isFile() ? "file" : { reason: "not a regular file" };
  } catch (error) {
    return systemCode(error) === "ENOENT" ? "missing" : { reason: systemReason(error) };
  }
}

const MAX_ESCAPED_LENGTH = 200;

function badPattern(pattern: string, message: string): string {
  const escaped = pattern.slice(0, MAX_ESCAPED_LENGTH).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const reason = message === "" ? "" : ` (${plainTerminalText(message)})`;
  return `not a regular expression${reason}, and as plain text it was not found. To match it as text: ${escaped}`;
}
