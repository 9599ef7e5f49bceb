/** What people read of a benchmark. */
import { safeLine } from "../../exec/index.ts";
import { formatCount, formatDuration, formatSpeed, type Signs } from "../../figures/index.ts";
import type { Speed } from "../../protocol/index.ts";
import type { Explanation } from "../explanation.ts";
import { COLD_OUTPUT_TOKENS, costOf, type Plan } from "./plan.ts";
import { type Figures, figuresOf, type Measurement, type ModelResult, type SizeResult } from "./result.ts";
import { sizeName } from "./sizes.ts";

/** Before anything is sent. */
export function announcement(plan: Plan, place: string): string {
  const { requests, promptTokens, outputTokens } = costOf(plan);
  const sizes = joined(plan.sizes.map(sizeName));
  const times = plan.runs === 1 ? "" : `, ${plan.runs} times`;
  return `leat bench sends up to ${formatCount(requests)} requests to ${safeLine(place)}: ${joined(plan.models.map(safeLine))}.
For each model a short one first, so that loading is not measured; then, for ${sizes} tokens${times},
a prompt that no cache can know (cold) and the same with another last word (warm).
That is up to ${formatCount(promptTokens)} tokens to read and ${formatCount(outputTokens)} to write. Ctrl-C ends it and shows what there is.
`;
}

export function measurementLine(
  model: string,
  size: { readonly which: "cold" | "warm"; readonly tokens: number },
  measurement: Measurement,
  signs: Signs,
): string {
  const { prefill, decode, cachedTokens, promptTokens, firstTokenMs } = measurement;
  const facts = [
    `first token ${formatDuration(firstTokenMs)}`,
    ...(size.which === "cold" && prefill !== undefined ? [`prefill ${speed(prefill, signs)}`] : []),
    ...(size.which === "cold" && decode !== undefined ? [`decode ${speed(decode, signs)}`] : []),
    ...(cachedTokens !== undefined && promptTokens !== undefined
      ? [`${formatCount(cachedTokens)} of ${formatCount(promptTokens)} tokens cached`]
      : []),
  ];
  return `${safeLine(model)}  ${sizeName(size.tokens)} ${size.which}  ${facts.join(signs.separator)}\n`;
}

export function wakingLine(model: string, { ellipsis }: Signs): string {
  return `${safeLine(model)}  a short request first, which loads the model where it is not loaded${ellipsis}\n`;
}

export function askedAgainLine(model: string, { message }: Explanation): string {
  return `${safeLine(model)}  asking again: ${safeLine(message)}\n`;
}

export function estimateLine(model: string, tokens: number, estimateMs: number): string {
  return `${safeLine(model)}  ${sizeName(tokens)} will take about ${formatDuration(estimateMs)}\n`;
}

export function skippedLine(model: string, size: SizeResult): string {
  const reason = whySkipped(size);
  return reason === undefined ? "" : `${safeLine(model)}  ${reason}\n`;
}

function whySkipped(size: SizeResult): string | undefined {
  const name = sizeName(size.tokens);
  switch (size.type) {
    case "measured":
      return undefined;
    case "too-large":
      return `${name} is left out: with the answer it does not fit the window of ${formatCount(size.window)} tokens the model runs with.`;
    case "too-slow":
      return `${name} is left out: it would take about ${formatDuration(size.estimateMs)}. To measure it all the same: --sizes ${name}`;
    default:
      return size satisfies never;
  }
}

const FIGURES: readonly (readonly [
  name: string,
  show: (figures: Figures, signs: Signs) => string | undefined,
])[] = [
  ["first token, cold", ({ coldMs }) => formatDuration(coldMs)],
  ["first token, warm", ({ warmMs }) => (warmMs === undefined ? undefined : formatDuration(warmMs))],
  ["prefill", ({ prefill }, signs) => (prefill === undefined ? undefined : speed(prefill, signs))],
  ["decode", ({ decode }, signs) => (decode === undefined ? undefined : speed(decode, signs))],
];

/** A column a model; what is not known is a dash. */
export function table(results: readonly ModelResult[], signs: Signs): string {
  const shown = results.filter(({ sizes }) => sizes.some(isMeasured));
  const sizes = [
    ...new Set(shown.flatMap((result) => result.sizes.filter(isMeasured).map(({ tokens }) => tokens))),
  ];
  const head = ["", "", ...shown.map(({ model }) => shortened(safeLine(model), signs))];
  const rows = FIGURES.flatMap(([name, show]) =>
    sizes.map((tokens, index) => [
      index === 0 ? name : "",
      sizeName(tokens),
      ...shown.map((result) => {
        const figures = figuresAt(result, tokens);
        return (figures === undefined ? undefined : show(figures, signs)) ?? "-";
      }),
    ]),
  );
  return `${shown.length === 0 ? "" : aligned([head, ...rows])}${footnotes(results, rows, signs)}`;
}

function footnotes(
  results: readonly ModelResult[],
  rows: readonly (readonly string[])[],
  signs: Signs,
): string {
  const notes: string[] = [];
  if (rows.some((row) => row.some((cell) => cell.startsWith(signs.about)))) {
    notes.push(`${signs.about} by the clock on this side, where the server does not tell.`);
  }
  if (results.some(({ sizes }) => sizes.some(saidTooLittle))) {
    notes.push(
      `decode -: an answer of a few words tells no speed (asked for: ${COLD_OUTPUT_TOKENS} tokens).`,
    );
  }
  for (const { model, sizes, end } of results) {
    const name = safeLine(model);
    notes.push(...sizes.flatMap((size) => whySkipped(size) ?? []).map((reason) => `${name}: ${reason}`));
    notes.push(...sizes.flatMap(suspicion).map((reason) => `${name}: ${reason}`));
    if (end.type === "interrupted") {
      notes.push(`${name}: interrupted; what is missing was not measured.`);
    }
    if (end.type === "failed") {
      const { message, hint } = end.explanation;
      notes.push(`${name}: ${message}${hint === undefined ? "" : `\n${hint}`}`);
    }
  }
  return notes.length === 0 ? "" : `\n${notes.join("\n")}\n`;
}

/** Cached tokens in a cold prompt, or none in a warm one, say more than the speeds. */
function suspicion(size: SizeResult): string[] {
  if (size.type !== "measured") {
    return [];
  }
  const name = sizeName(size.tokens);
  const isCached = ({ promptTokens = 0, cachedTokens = 0 }: Measurement, share: number) =>
    cachedTokens > promptTokens * share;
  const cold = size.runs.some((run) => isCached(run.cold, 0.1));
  const warm = size.runs.some(({ warm }) => warm?.cachedTokens !== undefined && !isCached(warm, 0.5));
  return [
    ...(cold
      ? [`${name} was partly cached when it should not have been: its cold figures are too good.`]
      : []),
    ...(warm
      ? [
          `${name} was read anew though only its last word had changed: the server keeps no prompt cache, or dropped it.`,
        ]
      : []),
  ];
}

function saidTooLittle(size: SizeResult): boolean {
  return size.type === "measured" && size.runs.length > 0 && figuresOf(size.runs)?.decode === undefined;
}

function isMeasured(size: SizeResult): boolean {
  return size.type === "measured" && size.runs.length > 0;
}

function figuresAt({ sizes }: ModelResult, tokens: number): Figures | undefined {
  const size = sizes.find((one) => one.tokens === tokens);
  return size?.type === "measured" ? figuresOf(size.runs) : undefined;
}

/** Numbers to the right, since they are compared. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => (row[index] ?? "").length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join("  ");
  return rows.map((row) => `${line(row).trimEnd()}\n`).join("");
}

const NAME_MOST = 28;

/** The end of a name tells variants of a model apart. */
function shortened(name: string, { ellipsis }: Signs): string {
  return name.length <= NAME_MOST ? name : `${ellipsis}${name.slice(ellipsis.length - NAME_MOST)}`;
}

function joined(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function speed({ tokensPerSecond, by }: Speed, { about }: Signs): string {
  return `${by === "clock" ? about : ""}${formatSpeed(tokensPerSecond)}`;
}
