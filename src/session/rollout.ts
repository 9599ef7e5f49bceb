import { accessSync, closeSync, constants, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RolloutLine } from "./codex-lines.ts";

export interface RolloutFile {
  readonly path: string;
  /** Throws what the file system says: a full disk must stop the turn, not lose a line. */
  write(line: RolloutLine, now: Date): void;
  close(): void;
}

/** Creates `sessions/YYYY/MM/DD/rollout-…jsonl` under the home; folder and name go by local time, as in Codex. */
export function createRolloutFile(home: string, sessionId: string, now: Date): RolloutFile {
  const path = rolloutPath(home, sessionId, now);
  makeFolder(home, dirname(path));
  const descriptor = openSync(path, "ax", 0o600);
  /** What a full disk has not taken goes out before the next line; a line is there whole or not at all. */
  let unwritten = Buffer.alloc(0);
  let size = 0;
  return {
    path,
    write(line, time) {
      const bytes = Buffer.from(`${JSON.stringify({ timestamp: time.toISOString(), ...line })}\n`);
      unwritten = unwritten.length === 0 ? bytes : Buffer.concat([unwritten, bytes]);
      try {
        for (let offset = 0; offset < unwritten.length; ) {
          offset += writeSync(descriptor, unwritten, offset);
        }
      } catch (error) {
        cutBack(descriptor, size);
        throw error;
      }
      size += unwritten.length;
      unwritten = Buffer.alloc(0);
    },
    close() {
      closeSync(descriptor);
    },
  };
}

/** Node 20 reports a read-only disk as a folder that is missing; asking for the right to write tells the truth. */
function makeFolder(home: string, folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    accessSync(home, constants.W_OK);
    throw error;
  }
}

/** Where even this fails, the line that is torn is the last, and readers skip it. */
function cutBack(descriptor: number, size: number): void {
  try {
    ftruncateSync(descriptor, size);
  } catch {
    // The first error says what is wrong.
  }
}

export function rolloutPath(home: string, sessionId: string, now: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const [year, month, day] = [String(now.getFullYear()), two(now.getMonth() + 1), two(now.getDate())];
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join("-");
  return join(
    home,
    "sessions",
    year,
    month,
    day,
    `rollout-${year}-${month}-${day}T${time}-${sessionId}.jsonl`,
  );
}
