/** `leat stats`: how fast each model has been, from what was kept of its answers. */
import { resolve } from "node:path";
import { signsFor } from "../../figures/index.ts";
import { resolveHome, statsFile } from "../../home/index.ts";
import { exitCode } from "../exit-code.ts";
import { explainConfigError } from "../explain-config.ts";
import { fail } from "../fail.ts";
import type { Io } from "../io.ts";
import { reasonOf } from "../reason-of.ts";
import { terminalFacts } from "../terminal.ts";
import { parseRecord, type StatsRecord } from "./record.ts";
import { statsAsText } from "./stats-text.ts";
import { type ModelSummary, summarise } from "./summarise.ts";

export interface StatsOptions {
  readonly model?: string;
  readonly provider?: string;
  /** As typed. */
  readonly days?: string;
  readonly json: boolean;
  /** The file to write a page to. */
  readonly html?: string;
}

const DAY_MS = 86_400_000;
const USUAL_COLUMNS = 80;

export async function runStats(options: StatsOptions, io: Io): Promise<number> {
  const days = options.days === undefined ? undefined : Number(options.days);
  if (days !== undefined && !(days > 0)) {
    io.stderr.write("error: --days takes a number above 0, as in --days 7\n");
    return exitCode.usage;
  }
  const home = resolveHome(io.env, io.userHome);
  if (!home.ok) {
    return fail(io, explainConfigError(home.error));
  }
  const kept = readRecords(home.path);
  if (!kept.ok) {
    return fail(io, {
      message: `the figures in ${home.path}/leat/stats.jsonl can't be read: ${kept.reason}`,
      hint: "Check the permissions of the file, or remove it: the next answer begins a new one.",
    });
  }
  if (kept.unreadable > 0) {
    io.stderr.write(
      `warning: ${kept.unreadable} lines of leat/stats.jsonl are no figures and were left out\n`,
    );
  }
  const { model, provider } = options;
  const summaries = summarise(kept.records, {
    ...(model === undefined ? {} : { model }),
    ...(provider === undefined ? {} : { provider }),
    ...(days === undefined ? {} : { since: Date.now() - days * DAY_MS }),
  });
  if (options.json) {
    io.stdout.write(`${JSON.stringify({ models: summaries }, undefined, 2)}\n`);
    return exitCode.ok;
  }
  if (summaries.length === 0) {
    io.stdout.write(nothingText(kept.records));
    return exitCode.ok;
  }
  return options.html === undefined ? writeText(summaries, io) : await writePage(summaries, options.html, io);
}

type Kept =
  | { readonly ok: true; readonly records: readonly StatsRecord[]; readonly unreadable: number }
  | { readonly ok: false; readonly reason: string };

function readRecords(home: string): Kept {
  try {
    const lines = statsFile(home)
      .read()
      .filter((line) => line !== "");
    const records = lines.map(parseRecord).filter((record) => record !== undefined);
    return { ok: true, records, unreadable: lines.length - records.length };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

function nothingText(records: readonly StatsRecord[]): string {
  if (records.length === 0) {
    return 'No figures yet: each answer of a model leaves some. Try: leat exec "explain this project"\n';
  }
  const models = [...new Set(records.map(({ model }) => model))].sort();
  return `No answer fits what was asked. There are figures of: ${JSON.stringify(models).slice(1, -1)}\n`;
}

function writeText(summaries: readonly ModelSummary[], io: Io): number {
  const { utf8 } = terminalFacts(io.env);
  const columns = io.stdout.columns ?? USUAL_COLUMNS;
  io.stdout.write(statsAsText(summaries, { columns, utf8, signs: signsFor(utf8) }));
  return exitCode.ok;
}

async function writePage(summaries: readonly ModelSummary[], file: string, io: Io): Promise<number> {
  const path = resolve(io.cwd, file);
  const { statsAsPage } = await import("./stats-page.ts");
  const { writeFileSync } = await import("node:fs");
  try {
    writeFileSync(path, statsAsPage(summaries, new Date()));
  } catch (error) {
    return fail(io, {
      message: `the page can't be written to ${path}: ${reasonOf(error)}`,
      hint: "Name a file in a folder that exists and may be written to: leat stats --html /tmp/leat.html",
    });
  }
  io.stdout.write(`${path}\n`);
  return exitCode.ok;
}
