import { drawBar, formatCount, formatSeconds, formatSpeed } from "../figures/index.ts";
import type { PrefillProgress } from "../protocol/index.ts";
import type { Look } from "./output.ts";
import { cutToWidth, textWidth } from "./text-width.ts";

/** The bar gives way before the facts beside it do. */
const BAR_CELLS = [16, 8];
const MOST_ESTIMATED = 0.99;

/**
 * `prefill ▕████░░▏ 62 %  1,210 of 1,950 tokens · 410 tok/s · 1 s left`, or as much of it as fits; null if it says nothing. An
 * estimate is marked, and never says that all is read.
 */
export function prefillLine(progress: PrefillProgress, elapsedMs: number, look: Look): string | null {
  const { total } = progress;
  if (!(total > 0 && Number.isFinite(total))) {
    return null;
  }
  const isEstimate = progress.isEstimate === true;
  const processed = clamp(progress.processed, isEstimate ? Math.floor(total * MOST_ESTIMATED) : total);
  const name = isEstimate ? `prefill ${look.signs.about}` : "prefill";
  const share = processed / total;
  const percent = `${Math.floor(share * 100)} %`;
  const count = `${formatCount(processed)} of ${formatCount(total)} tokens`;
  const done = processed - clamp(progress.cached ?? 0, processed);
  const { speed, left } = pace({ done, left: total - processed, elapsedMs });
  for (const facts of [[count, ...speed, ...left], [count, ...left], left, []]) {
    for (const cells of BAR_CELLS) {
      const start = `${name} ${drawBar(share, cells, look.signs)} ${percent}`;
      const line = facts.length === 0 ? start : `${start}  ${facts.join(look.signs.separator)}`;
      if (textWidth(line) <= look.columns) {
        return line;
      }
    }
  }
  return cutToWidth(`${name} ${percent}`, look.columns, look.signs.ellipsis);
}

function pace(facts: { done: number; left: number; elapsedMs: number }): { speed: string[]; left: string[] } {
  const tokensPerSecond = facts.done / (facts.elapsedMs / 1000);
  if (!(tokensPerSecond > 0 && Number.isFinite(tokensPerSecond))) {
    return { speed: [], left: [] };
  }
  return {
    speed: [formatSpeed(tokensPerSecond)],
    left: [`${formatSeconds(Math.ceil(facts.left / tokensPerSecond))} left`],
  };
}

/** Servers count wrongly at times; a bar must not. */
function clamp(value: number, limit: number): number {
  return value > 0 ? Math.min(value, limit) : 0;
}
