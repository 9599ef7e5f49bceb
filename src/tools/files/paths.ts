import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { ToolSpec } from "../../protocol/index.ts";
import { readString } from "../arguments.ts";
import { type InvalidCall, invalidArguments, type ToolContext } from "../tool.ts";

/** The file a call is about, whatever the model calls that parameter. */
export function readPath(
  args: Record<string, unknown>,
  spec: ToolSpec,
  context: ToolContext,
): { readonly kind: "path"; readonly path: string; readonly shown: string } | InvalidCall {
  const named = readString(args, "path", "file_path", "file", "filename", "dir_path");
  if (named === undefined) {
    return invalidArguments(spec, "missing field `path`");
  }
  const problem = pathProblem(named, "path");
  if (problem !== undefined) {
    return invalidArguments(spec, problem);
  }
  const path = resolvePath(named, context);
  return { kind: "path", path, shown: displayPath(context.cwd, path) };
}

/** Why a path of the model can't name a file at all. */
export function pathProblem(path: string, parameter: string): string | undefined {
  if (path.trim() === "") {
    return `\`${parameter}\` is empty`;
  }
  return textProblem(path, parameter);
}

/** Why a text of the model can't become part of a text file without damage. */
export function textProblem(text: string, parameter: string): string | undefined {
  if (text.includes("\0")) {
    return `\`${parameter}\` contains a NUL character`;
  }
  // Half of a pair has no form in UTF-8, and would match half of a character in the file.
  return text.isWellFormed() ? undefined : `\`${parameter}\` contains half a character (a lone surrogate)`;
}

/** A path of the model as an absolute one. `~/` means the home, as in the shell the model thinks of. */
export function resolvePath(path: string, base: { readonly cwd: string; readonly userHome: string }): string {
  const isInHome = path === "~" || path.startsWith("~/");
  if (isInHome) {
    return join(base.userHome, path.slice(1));
  }
  return resolve(base.cwd, path);
}

/** Short for people and for the prompt: relative to the working directory where the path lies in it. */
export function displayPath(cwd: string, path: string): string {
  const short = relative(cwd, path);
  if (short === "") {
    return ".";
  }
  const isOutside = short === ".." || short.startsWith(`..${sep}`) || isAbsolute(short);
  return isOutside ? path : short;
}
