import { writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Explanation } from "./explanation.ts";
import type { Io } from "./io.ts";
import { reasonOf } from "./reason-of.ts";
import { isDirectory } from "./settings.ts";

/** Told before anything is sent: a whole turn for a file that can't be written would be a pity. */
export function checkLastMessagePath(path: string | undefined, io: Io): Explanation | undefined {
  if (path === undefined) {
    return undefined;
  }
  const target = resolve(io.cwd, path);
  const hint = "-o takes a file in an existing folder.";
  if (isDirectory(target)) {
    return { message: `the last message can't be written: ${path} is a folder`, hint };
  }
  return isDirectory(dirname(target))
    ? undefined
    : { message: `the last message can't be written: no such folder: ${dirname(target)}`, hint };
}

/** `--output-last-message`: the raw text, with no newline added; an empty file, and a word, where there is none. */
export function writeLastMessage(
  path: string | undefined,
  message: string | null,
  io: Io,
): Explanation | undefined {
  if (path === undefined) {
    return undefined;
  }
  const target = resolve(io.cwd, path);
  try {
    writeFileSync(target, message ?? "");
  } catch (error) {
    return { message: `the last message can't be written: ${reasonOf(error)}` };
  }
  if (message === null) {
    io.stderr.write(`Warning: no last agent message; wrote empty content to ${path}\n`);
  }
  return undefined;
}
