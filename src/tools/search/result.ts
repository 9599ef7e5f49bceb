import { join } from "node:path";
import type { CommandEnd, Sandbox } from "../../sandbox/index.ts";
import { displayPath } from "../files/paths.ts";
import { fittingLines } from "../fitting-lines.ts";
import { plainTerminalText } from "../terminal-text.ts";
import { abortedResult, failedResult, type ToolContext, type ToolResult } from "../tool.ts";
import { type Found, type Hit, type Search, TIMEOUT_MS } from "./find.ts";

/** What the model asks for. */
export interface SearchRequest {
  readonly pattern?: string;
  readonly glob?: string;
  /** Absolute. */
  readonly place: string;
  readonly ignoreCase: boolean;
}

interface Setting {
  readonly request: SearchRequest;
  readonly folder: string;
  readonly context: ToolContext;
  readonly note?: string;
}

export function searchResult(search: Exclude<Search, { kind: "bad-pattern" }>, setting: Setting): ToolResult {
  return search.kind === "not-run" ? notRun(search.end) : foundResult(search, setting);
}

function foundResult(found: Found, { request, folder, context, note }: Setting): ToolResult {
  const { cwd, sandbox, outputLimit } = context;
  const what = request.pattern === undefined ? "files" : "matches";
  const hits = withoutHidden(found.hits, folder, sandbox);
  const lines = hits.map(({ path, line }) => {
    const shown = displayPath(cwd, join(folder, path));
    return plainTerminalText(line === undefined ? shown : `${shown}:${line.number}: ${line.text.trimEnd()}`);
  });
  const shown = fittingLines(lines, outputLimit);
  const rest = lines.length - shown.length;
  const notes = [
    ...(rest > 0 || (found.more && !found.timedOut)
      ? [`[${found.more ? "more than " : ""}${rest} more ${what}; narrow the pattern, path or glob]`]
      : []),
    ...(found.timedOut ? [`[stopped after ${TIMEOUT_MS / 1000} s; narrow the path or glob]`] : []),
    ...(note === undefined ? [] : [note]),
  ];
  return {
    output: [...(lines.length === 0 && !found.timedOut ? [nothing(request, cwd)] : shown), ...notes].join(
      "\n",
    ),
    outcome: { kind: "found", what, count: lines.length, atLeast: found.more },
  };
}

/** Without a sandbox around it, a program reads what no tool may show. */
function withoutHidden(hits: readonly Hit[], folder: string, sandbox: Sandbox): readonly Hit[] {
  const hidden = new Map<string, boolean>();
  return hits.filter(({ path }) => {
    const known = hidden.get(path) ?? sandbox.isHidden(join(folder, path));
    hidden.set(path, known);
    return !known;
  });
}

function nothing({ pattern, glob, place }: SearchRequest, cwd: string): string {
  const shown = displayPath(cwd, place);
  const where = `in ${shown === "." ? "this directory" : shown}`;
  const among = glob === undefined ? "" : `, among files like ${glob}`;
  return pattern === undefined
    ? `[no files ${where}${glob === undefined ? "" : ` like ${glob}`}]`
    : `[no match ${where}${among}; files that git ignores are not searched]`;
}

function notRun(end: Exclude<CommandEnd, { readonly kind: "exited" }>): ToolResult {
  switch (end.kind) {
    case "aborted":
      return abortedResult();
    case "not-started":
      return failedResult(`the search could not be started: ${plainTerminalText(end.reason)}`);
    case "refused":
      // The turn need not end for it: files can still be read.
      return failedResult("nothing was searched: there is no sandbox that works. Read files with read_file.");
    default:
      return end satisfies never;
  }
}
