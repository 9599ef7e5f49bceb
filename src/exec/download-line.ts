import { drawBar, formatSeconds } from "../figures/index.ts";
import type { Look } from "./output.ts";
import { cutToWidth, textWidth } from "./text-width.ts";

export interface Download {
  /** What is fetched; safe for a terminal. */
  readonly label: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Undefined: not known yet. */
  readonly bytesPerSecond: number | undefined;
}

/** The bar gives way before the facts beside it do, the speed before the time left. */
const BAR_CELLS = [16, 8];

/** `pulling qwen3:30b ▕████░░▏ 43 %  8.0 of 18.6 GB · 45 MB/s · 3 m 55 s left`, or as much of it as fits. */
export function downloadLine(download: Download, look: Look): string {
  const { doneBytes, totalBytes, bytesPerSecond } = download;
  const share = totalBytes > 0 ? Math.min(1, doneBytes / totalBytes) : 0;
  const percent = formatPercent(doneBytes, totalBytes);
  const size = formatBytesOf(doneBytes, totalBytes);
  const { speed, left } = pace(totalBytes - doneBytes, bytesPerSecond);
  // Of two names that are long, the beginning tells less than the numbers.
  const label = cutToWidth(download.label, Math.floor(look.columns / 2), look.signs.ellipsis);
  for (const facts of [[size, ...speed, ...left], [size, ...left], left, []]) {
    for (const cells of BAR_CELLS) {
      const start = `${label} ${drawBar(share, cells, look.signs)} ${percent}`;
      const line = facts.length === 0 ? start : `${start}  ${facts.join(look.signs.separator)}`;
      if (textWidth(line) <= look.columns) {
        return line;
      }
    }
  }
  return cutToWidth(`${percent} ${label}`, look.columns, look.signs.ellipsis);
}

/** The same for a file, which has no need of a bar. */
export function downloadText(download: Download, separator: string): string {
  const { label, doneBytes, totalBytes, bytesPerSecond } = download;
  const { speed, left } = pace(totalBytes - doneBytes, bytesPerSecond);
  const facts = [formatBytesOf(doneBytes, totalBytes), ...speed, ...left];
  return `${label}: ${formatPercent(doneBytes, totalBytes)}  ${facts.join(separator)}`;
}

/** Multiplied first: 0.29 × 100 is less than 29. */
function formatPercent(done: number, total: number): string {
  return `${total > 0 ? Math.floor((done * 100) / total) : 0} %`;
}

/** Below that, nothing arrives. */
const LEAST_SPEED = 1;

function pace(leftBytes: number, bytesPerSecond: number | undefined): { speed: string[]; left: string[] } {
  if (bytesPerSecond === undefined || leftBytes <= 0) {
    return { speed: [], left: [] };
  }
  if (bytesPerSecond < LEAST_SPEED) {
    return { speed: [], left: ["nothing arrives"] };
  }
  return {
    speed: [`${formatBytes(bytesPerSecond)}/s`],
    left: [`${formatSeconds(Math.ceil(leftBytes / bytesPerSecond))} left`],
  };
}

/** `18.6 GB`, as servers and shops count: by thousands. */
function formatBytes(bytes: number): string {
  const [unit, size] = unitOf(bytes);
  return `${formatIn(bytes, size)} ${unit}`;
}

/** `8.0 of 18.6 GB` */
function formatBytesOf(done: number, total: number): string {
  const [unit, size] = unitOf(total);
  return `${formatIn(done, size)} of ${formatIn(total, size)} ${unit}`;
}

const UNITS: readonly (readonly [unit: string, size: number])[] = [
  ["GB", 1e9],
  ["MB", 1e6],
  ["kB", 1e3],
];

function unitOf(bytes: number): readonly [string, number] {
  return UNITS.find(([, size]) => bytes >= size * 0.9995) ?? ["bytes", 1];
}

/** Whole numbers where they are large enough. */
function formatIn(bytes: number, size: number): string {
  const number = bytes / size;
  return size === 1e9 || (number < 9.95 && size > 1) ? number.toFixed(1) : String(Math.round(number));
}
