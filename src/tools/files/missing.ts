import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { abortedResult, failedResult, type ToolContext, type ToolResult } from "../tool.ts";
import { displayPath } from "./paths.ts";
import { type FileRead, MAX_FILE_BYTES } from "./snapshot.ts";

const MAX_NAMES_COMPARED = 5_000;
const MAX_SUGGESTIONS = 5;

type Unread = Exclude<FileRead, { kind: "file" }>;

/** Why a path could not be read as a file; `before` opens the sentence. */
export async function unreadResult(
  read: Unread,
  path: string,
  context: ToolContext,
  before = "",
): Promise<ToolResult> {
  if (read.kind === "aborted") {
    return abortedResult();
  }
  return failedResult(`${before}${await explainUnread(read, path, context.cwd)}`);
}

async function explainUnread(
  read: Exclude<Unread, { kind: "aborted" }>,
  path: string,
  cwd: string,
): Promise<string> {
  const shown = displayPath(cwd, path);
  switch (read.kind) {
    case "missing":
      return explainMissing(path, cwd);
    case "directory":
      return `${shown} is a directory`;
    case "special":
      return `${shown} is not a regular file`;
    case "hidden":
      return `${shown} was not read: it holds keys`;
    case "too-large":
      return `${shown} is too large (${read.bytes} bytes, the limit is ${MAX_FILE_BYTES}); use shell with sed, head or grep`;
    case "unreadable":
      return `${shown} can't be read: ${read.reason}`;
    default:
      return read satisfies never;
  }
}

/** A wrong path is the most common mistake of small models: the names that are near save a search. */
async function explainMissing(path: string, cwd: string): Promise<string> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => undefined);
  const shown = displayPath(cwd, path);
  if (names === undefined) {
    return `${shown} does not exist, nor does the directory ${displayPath(cwd, folder)}`;
  }
  const near = nearestNames(basename(path), names.slice(0, MAX_NAMES_COMPARED));
  const place = displayPath(cwd, folder);
  const hint =
    near.length === 0 ? "" : `; in ${place === "." ? "this directory" : place} there is ${near.join(", ")}`;
  return `${shown} does not exist${hint}`;
}

function nearestNames(wanted: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, distance: nameDistance(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.min(wanted.length, name.length) / 2))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, MAX_SUGGESTIONS)
    .map(({ name }) => name);
}

/** A name inside the other, or with the same stem (`parse.ts`, `parse.test.ts`), is as near as one typing mistake. */
function nameDistance(a: string, b: string): number {
  if (a === b) {
    return 0;
  }
  const shorter = Math.min(a.length, b.length);
  if (shorter > 3 && (a.includes(b) || b.includes(a) || stem(a) === stem(b))) {
    return 1;
  }
  return editDistance(a, b);
}

function stem(name: string): string {
  return name.split(".").find((part) => part !== "") ?? name;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + cost,
        ),
      );
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
