import { exitCode } from "./exit-code.ts";
import type { Explanation } from "./explanation.ts";
import type { Io } from "./io.ts";

/** Says why nothing was done, and what to do next; the exit code of that. */
export function fail(io: Io, { message, hint }: Explanation): number {
  io.stderr.write(hint === undefined ? `${message}\n` : `${message}\n${hint}\n`);
  return exitCode.failure;
}
