import type { OutputLimit } from "./tool.ts";

/** For the note that says how many more there are. */
const RESERVED_BYTES = 120;

/** As many of the first lines as the prompt has room for, but at least one. */
export function fittingLines(lines: readonly string[], limit: OutputLimit): readonly string[] {
  let bytes = RESERVED_BYTES;
  let count = 0;
  for (const line of lines.slice(0, limit.lines)) {
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > limit.bytes && count > 0) {
      break;
    }
    count += 1;
  }
  return lines.slice(0, count);
}
