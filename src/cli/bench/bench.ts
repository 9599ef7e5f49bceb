/** `leat bench`: how fast models read and write, cold and warm, side by side. */
import { type Signs, signsFor } from "../../figures/index.ts";
import { createHttpClient } from "../../net/index.ts";
import { exitCode } from "../exit-code.ts";
import { fail } from "../fail.ts";
import type { Io } from "../io.ts";
import { terminalFacts } from "../terminal.ts";
import { asJson } from "./bench-json.ts";
import {
  announcement,
  askedAgainLine,
  estimateLine,
  measurementLine,
  skippedLine,
  table,
  wakingLine,
} from "./bench-text.ts";
import { estimate, type Plan } from "./plan.ts";
import type { ModelResult } from "./result.ts";
import { type Report, runModel } from "./run-model.ts";
import { parseSizes, USUAL_SIZES } from "./sizes.ts";
import { findTarget, type Target, type Wanted } from "./target.ts";

export interface BenchOptions extends Wanted {
  /** As typed: each may hold several, with commas between. */
  readonly models: readonly string[];
  readonly sizes: readonly string[];
  readonly runs?: string;
  readonly json: boolean;
}

const MOST_RUNS = 20;

export async function runBench(options: BenchOptions, io: Io): Promise<number> {
  const read = parseSizes(options.sizes);
  if (!read.ok) {
    return fail(io, {
      message: `--sizes can't take ${JSON.stringify(read.wrong)}.`,
      hint: "It takes tokens, from 100 to 2000k, with commas between: --sizes 1k,8k",
    });
  }
  const runs = Number(options.runs ?? "1");
  if (!(Number.isInteger(runs) && runs >= 1 && runs <= MOST_RUNS)) {
    return fail(io, {
      message: `--runs takes a whole number from 1 to ${MOST_RUNS}, not ${JSON.stringify(options.runs)}.`,
    });
  }
  const named = options.models.flatMap((text) => text.split(",")).map((name) => name.trim());
  const names = options.models.length === 0 ? [undefined] : [...new Set(named.filter((name) => name !== ""))];
  if (names.length === 0) {
    return fail(io, { message: "-m names no model.", hint: "leat models lists those that are there." });
  }
  const targets: Target[] = [];
  const unmet: ModelResult[] = [];
  for (const name of names) {
    const found = await findTarget(options, name, io);
    switch (found.type) {
      case "target":
        targets.push(found.target);
        break;
      case "unmet":
        unmet.push(found.result);
        break;
      case "ended":
        return found.code;
      default:
        return found satisfies never;
    }
  }
  const [first] = targets;
  if (first === undefined) {
    return exitCode.failure;
  }
  const plan: Plan = {
    models: targets.map(({ model }) => model),
    sizes: read.sizes.length === 0 ? USUAL_SIZES : read.sizes,
    runs,
    areNamed: read.sizes.length > 0,
  };
  const signs = signsFor(terminalFacts(io.env).utf8);
  io.stderr.write(announcement(plan, first.baseUrl));
  const say = (text: string) => io.stderr.write(text);
  const report = (model: string) => reporter(model, plan, { say, signs });
  const results = [...(await measureAll(targets, plan, { report, io })), ...unmet];
  io.stdout.write(options.json ? asJson(results) : table(results, signs));
  if (io.interrupt.aborted) {
    return exitCode.interrupted;
  }
  return results.every(({ end }) => end.type === "completed") ? exitCode.ok : exitCode.failure;
}

/** One model after the other, since they share a machine; what one can't do stops no other. */
async function measureAll(
  targets: readonly Target[],
  plan: Plan,
  { report, io }: { readonly report: (model: string) => Report; readonly io: Io },
): Promise<ModelResult[]> {
  const results: ModelResult[] = [];
  for (const target of targets) {
    if (io.interrupt.aborted) {
      break;
    }
    const http = createHttpClient(new Set([target.hostname]));
    try {
      const subject = { ...target, line: { ...target.line, http } };
      results.push(await runModel(subject, plan, report(target.model)));
    } finally {
      http.close();
    }
  }
  return results;
}

function reporter(
  model: string,
  plan: Plan,
  { say, signs }: { readonly say: (text: string) => void; readonly signs: Signs },
): Report {
  return {
    waking: () => say(wakingLine(model, signs)),
    askedAgain: (why) => say(askedAgainLine(model, why)),
    measured: (which, tokens, measurement) =>
      say(measurementLine(model, { which, tokens }, measurement, signs)),
    skipped: (size) => say(skippedLine(model, size)),
    next(tokens, done) {
      const estimateMs = estimate(tokens, done, plan.runs);
      if (estimateMs !== undefined) {
        say(estimateLine(model, tokens, estimateMs));
      }
    },
  };
}
