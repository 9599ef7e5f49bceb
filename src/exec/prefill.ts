import type { PrefillProgress } from "../protocol/index.ts";
import { formatCount, formatSeconds, formatSpeed } from "./format.ts";
import type { Look } from "./output.ts";
import { cutToWidth, textWidth } from "./text-width.ts";

const BAR_CELLS = 16;

/** `prefill ▕████░░▏ 62 %  1,210 of 1,950 tokens · 410 tok/s · 1 s left`, or as much of it as fits; null if it says nothing. */
export function prefillLine(progress: PrefillProgress, elapsedMs: number, look: Look): string | null {
  const { total } = progress;
  if (!(total > 0 && Number.isFinite(total))) {
    return null;
  }
  const processed = clamp(progress.processed, total);
  const share = processed / total;
  const percent = `${Math.floor(share * 100)} %`;
  const bar = `prefill ${drawBar(share, look)} ${percent}`;
  const facts = [
    `${formatCount(processed)} of ${formatCount(total)} tokens`,
    ...paceFacts({
      done: processed - clamp(progress.cached ?? 0, processed),
      left: total - processed,
      elapsedMs,
    }),
  ];
  for (let count = facts.length; count > 0; count--) {
    const line = `${bar}  ${facts.slice(0, count).join(look.signs.separator)}`;
    if (textWidth(line) <= look.columns) {
      return line;
    }
  }
  return textWidth(bar) <= look.columns
    ? bar
    : cutToWidth(`prefill ${percent}`, look.columns, look.signs.ellipsis);
}

function paceFacts(pace: { done: number; left: number; elapsedMs: number }): string[] {
  const tokensPerSecond = pace.done / (pace.elapsedMs / 1000);
  if (!(tokensPerSecond > 0 && Number.isFinite(tokensPerSecond))) {
    return [];
  }
  return [formatSpeed(tokensPerSecond), `${formatSeconds(Math.ceil(pace.left / tokensPerSecond))} left`];
}

function drawBar(share: number, look: Look): string {
  const full = Math.round(share * BAR_CELLS);
  const { signs } = look;
  return signs.barStart + signs.barFull.repeat(full) + signs.barEmpty.repeat(BAR_CELLS - full) + signs.barEnd;
}

/** Servers count wrongly at times; a bar must not. */
function clamp(value: number, limit: number): number {
  return value > 0 ? Math.min(value, limit) : 0;
}
