import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Explanation } from "./explanation.ts";
import type { Io } from "./io.ts";

/** `--output-last-message`: the raw text, with no newline added; an empty file, and a word, where there is none. */
export function writeLastMessage(
  path: string | undefined,
  message: string | null,
  io: Io,
): Explanation | undefined {
  if (path === undefined) return undefined;
  const target = resolve(io.cwd, path);
  try {
    writeFileSync(target, message ?? "");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { message: `the last message can't be written: ${reason}` };
  }
  if (message === null) {
    io.stderr.write(`Warning: no last agent message; wrote empty content to ${path}\n`);
  }
  return undefined;
}
