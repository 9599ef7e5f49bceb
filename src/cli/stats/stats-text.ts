import { safeLine } from "../../exec/index.ts";
import { formatCount, formatDuration, formatSpeed, type Signs } from "../../figures/index.ts";
import type { Bucket, ModelSummary } from "./summarise.ts";

/** The terminal that it is for. */
export interface StatsLook {
  readonly columns: number;
  readonly utf8: boolean;
  readonly signs: Signs;
}

/** A block for each model: its figures, and two lines of bars over time. */
export function statsAsText(summaries: readonly ModelSummary[], look: StatsLook): string {
  return summaries
    .map((summary) =>
      blockOf(summary, look)
        .map((line) => `${line}\n`)
        .join(""),
    )
    .join("\n");
}

function blockOf(summary: ModelSummary, look: StatsLook): string[] {
  const { separator } = look.signs;
  const place = [summary.provider, summary.host].filter((name) => name !== undefined).join(separator);
  return [
    ...wrapped([summary.model, ...(place === "" ? [] : [place])], "", look),
    ...wrapped(
      [
        `${formatCount(summary.responses)} ${summary.responses === 1 ? "answer" : "answers"} in ${formatCount(summary.sessions)} ${summary.sessions === 1 ? "session" : "sessions"}`,
        `${formatCount(summary.inputTokens)} in${cachedText(summary)}`,
        `${formatCount(summary.outputTokens)} out`,
      ],
      "  ",
      look,
    ),
    ...row("first token", summary.firstTokenMs, { format: formatDuration, isAbout: false }, look),
    ...row("prefill", summary.prefill, { format: formatSpeed, isAbout: summary.prefill.byClock }, look),
    ...row("decode", summary.decode, { format: formatSpeed, isAbout: summary.decode.byClock }, look),
    ...chart(summary.buckets, look),
  ];
}

function cachedText({ cachedShare }: ModelSummary): string {
  return cachedShare === undefined ? "" : ` (${Math.round(cachedShare * 100)} % cached)`;
}

const LABEL_COLUMNS = 13;

function row(
  label: string,
  { count, median, p90 }: ModelSummary["firstTokenMs"],
  { format, isAbout }: { readonly format: (value: number) => string; readonly isAbout: boolean },
  look: StatsLook,
): string[] {
  if (median === undefined || p90 === undefined) {
    return [];
  }
  const about = isAbout ? look.signs.about : "";
  const parts = [
    `median ${about}${format(median)}`,
    ...(count > 1 ? [`90 % ${format === formatDuration ? "within" : "up to"} ${about}${format(p90)}`] : []),
  ];
  return wrapped(parts, `  ${label.padEnd(LABEL_COLUMNS)}`, look);
}

/** Bars by time, the latest on the right: as many as fit, two marks to each. */
function chart(buckets: readonly Bucket[], look: StatsLook): string[] {
  const room = Math.max(1, Math.min(60, look.columns - LABEL_COLUMNS - 2));
  const shown = buckets.slice(-room);
  const [first, last] = [shown[0], shown.at(-1)];
  if (first === undefined || last === undefined || shown.length < 2) {
    return [];
  }
  const line = (label: string, field: "firstTokenMs" | "decode", format: (value: number) => string) => {
    const values = shown.map((bucket) => bucket[field]);
    const known = values.filter((value) => value !== undefined);
    return known.length < 2
      ? []
      : wrapped(
          [bars(values, look), `${format(Math.min(...known))} to ${format(Math.max(...known))}`],
          `  ${label.padEnd(LABEL_COLUMNS)}`,
          look,
        );
  };
  return [
    ...line("first token", "firstTokenMs", formatDuration),
    ...line("decode", "decode", formatSpeed),
    `  ${"".padEnd(LABEL_COLUMNS)}${spanText(first.at, last.at)}`,
  ];
}

const BARS = { utf8: "▁▂▃▄▅▆▇█", ascii: "_.-=+*%#" };

/** From nothing up, so that twice as high is twice as much; a time without a figure is left blank. */
export function bars(values: readonly (number | undefined)[], { utf8 }: Pick<StatsLook, "utf8">): string {
  const signs = [...(utf8 ? BARS.utf8 : BARS.ascii)];
  const most = Math.max(...values.filter((value) => value !== undefined), Number.MIN_VALUE);
  return values
    .map((value) =>
      value === undefined
        ? " "
        : (signs[Math.min(signs.length - 1, Math.floor((value / most) * signs.length))] ?? " "),
    )
    .join("");
}

function spanText(from: string, to: string): string {
  const [first, last] = [new Date(from).toISOString(), new Date(to).toISOString()];
  return first.slice(0, 10) === last.slice(0, 10)
    ? `${first.slice(0, 10)}, by session`
    : `${first.slice(0, 10)} to ${last.slice(0, 10)}, by day`;
}

/** Parts side by side as far as they fit; what goes over stands below. */
function wrapped(parts: readonly string[], start: string, { columns, signs }: StatsLook): string[] {
  const lines: string[] = [];
  for (const part of parts.map(safeLine)) {
    const last = lines.at(-1);
    const joined = last === undefined ? undefined : last + signs.separator + part;
    if (joined !== undefined && joined.length <= columns) {
      lines[lines.length - 1] = joined;
    } else {
      lines.push((lines.length === 0 ? start : " ".repeat(start.length)) + part);
    }
  }
  return lines;
}
