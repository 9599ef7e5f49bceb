import type { Look } from "./output.ts";
import { safeLine } from "./safe-text.ts";
import { cutToWidth, textWidth } from "./text-width.ts";

/** Parts joined by separators, in as few lines as they fit in. */
export function packLines(parts: readonly string[], look: Look): string[] {
  const lines: string[] = [];
  for (const part of parts.map(safeLine)) {
    const last = lines.at(-1);
    const joined = last === undefined ? part : last + look.signs.separator + part;
    if (last !== undefined && textWidth(joined) <= look.columns) {
      lines[lines.length - 1] = joined;
    } else {
      lines.push(cutToWidth(part, look.columns, look.signs.ellipsis));
    }
  }
  return lines;
}
