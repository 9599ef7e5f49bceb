import type { Signs } from "./signs.ts";

/** `▕████░░▏`: `share` in [0, 1] of so many cells. */
export function drawBar(share: number, cells: number, signs: Signs): string {
  const full = Math.round(share * cells);
  return signs.barStart + signs.barFull.repeat(full) + signs.barEmpty.repeat(cells - full) + signs.barEnd;
}
