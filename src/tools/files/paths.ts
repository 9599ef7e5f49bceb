import { homedir } from "node:os";
import { isAbsolute, join, relative, resolve, sep } from "node:path";

/** A path of the model as an absolute one. `~/` means the home, as in the shell the model thinks of. */
export function resolvePath(cwd: string, path: string): string {
  if (path === "~" || path.startsWith("~/")) return join(homedir(), path.slice(1));
  return resolve(cwd, path);
}

/** Short for people and for the prompt: relative to the working directory where the path lies in it. */
export function displayPath(cwd: string, path: string): string {
  const short = relative(cwd, path);
  if (short === "") return ".";
  const isOutside = short === ".." || short.startsWith(`..${sep}`) || isAbsolute(short);
  return isOutside ? path : short;
}

/** Why a path of the model can't name a file at all. */
export function pathProblem(path: string | undefined, parameter: string): string | undefined {
  if (path === undefined) return `missing field \`${parameter}\``;
  if (path.trim() === "") return `\`${parameter}\` is empty`;
  return path.includes("\0") ? `\`${parameter}\` contains a NUL character` : undefined;
}
