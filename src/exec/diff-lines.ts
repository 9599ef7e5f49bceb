import { formatCount } from "../figures/index.ts";
import type { Look } from "./output.ts";
import { safeLine } from "./safe-text.ts";
import { cutToWidth } from "./text-width.ts";

const SHOWN_LINES = 40;

export interface DrawnDiff {
  readonly added: number;
  readonly removed: number;
  readonly lines: readonly string[];
}

/** `diff` is a unified diff without its file header, so a leading `+` or `-` is always a change. */
export function drawDiff(diff: string, look: Look): DrawnDiff {
  const all = diff.replace(/\r?\n$/, "").split(/\r?\n/);
  const lines = diff === "" ? [] : all.slice(0, SHOWN_LINES).map((line) => drawLine(line, look));
  if (all.length > SHOWN_LINES) {
    const more = `${look.signs.ellipsis} ${formatCount(all.length - SHOWN_LINES)} more lines`;
    lines.push(`  ${look.style("dim", more)}`);
  }
  return {
    added: all.filter((line) => line.startsWith("+")).length,
    removed: all.filter((line) => line.startsWith("-")).length,
    lines,
  };
}

function drawLine(line: string, look: Look): string {
  const text = cutToWidth(safeLine(line), look.columns - 2, look.signs.ellipsis);
  if (text === "") {
    return "";
  }
  const name = line.startsWith("+") ? "green" : line.startsWith("-") ? "red" : "dim";
  return `  ${look.style(name, text)}`;
}
