/** All measurements of one model, one after the other; what is there when it ends is the result. */
import type { ModelError } from "../../protocol/index.ts";
import type { Explanation } from "../explanation.ts";
import { type Line, type Measured, measure, type Question } from "./measure.ts";
import { COLD_OUTPUT_TOKENS, type Plan, WARM_OUTPUT_TOKENS, whyNot } from "./plan.ts";
import { benchPrompt, promptBytes } from "./prompts.ts";
import type { Measurement, ModelResult, Run, SizeResult } from "./result.ts";

export interface Subject {
  readonly model: string;
  readonly provider: string;
  readonly baseUrl: string;
  readonly line: Line;
  readonly askWindow: () => Promise<number | undefined>;
  readonly explain: (error: ModelError) => Explanation;
  readonly newSeed: () => string;
}

export interface Report {
  /** Before the short request that loads the model. */
  waking(): void;
  /** The request goes out once more. */
  askedAgain(why: Explanation): void;
  measured(which: "cold" | "warm", tokens: number, measurement: Measurement): void;
  skipped(size: SizeResult): void;
  /** Before each size but the first. */
  next(tokens: number, done: readonly SizeResult[]): void;
}

export async function runModel(subject: Subject, plan: Plan, report: Report): Promise<ModelResult> {
  const { model, provider, baseUrl, explain } = subject;
  const line: Line = { ...subject.line, onAskedAgain: (error) => report.askedAgain(explain(error)) };
  const sizes: SizeResult[] = [];
  const result = (end: ModelResult["end"], window?: number): ModelResult => ({
    model,
    provider,
    baseUrl,
    ...(window === undefined ? {} : { window }),
    sizes,
    end,
  });
  // A model that must be loaded is loaded now, and what a refusal teaches is learnt.
  report.waking();
  const woken = await measure(WAKE, line);
  if (woken.type !== "measured") {
    return result(endOf(woken, explain));
  }
  const window = await subject.askWindow();
  let bytesPerToken: number | undefined;

  for (const tokens of plan.sizes) {
    const skipped = whyNot(tokens, { window, done: sizes, plan });
    if (skipped !== undefined) {
      sizes.push(skipped);
      report.skipped(skipped);
      continue;
    }
    report.next(tokens, sizes);
    const runs: Run[] = [];
    sizes.push({ type: "measured", tokens, runs });
    for (let run = 0; run < plan.runs; run++) {
      const pair = await measurePair({ ...subject, line }, { tokens, bytesPerToken, report });
      if (pair.run !== undefined) {
        runs.push(pair.run);
      }
      if (pair.failure !== undefined) {
        return result(endOf(pair.failure, explain), window);
      }
      bytesPerToken = pair.bytesPerToken ?? bytesPerToken;
    }
  }
  return result({ type: "completed" }, window);
}

const WAKE: Question = { instructions: "Answer in one word.", text: "Hello", mostTokens: WARM_OUTPUT_TOKENS };

type Failure = Exclude<Measured, { readonly type: "measured" }>;

interface Pair {
  readonly run?: Run;
  readonly failure?: Failure;
  readonly bytesPerToken?: number;
}

async function measurePair(
  { line, newSeed }: Subject,
  wanted: { readonly tokens: number; readonly bytesPerToken: number | undefined; readonly report: Report },
): Promise<Pair> {
  const { tokens, report } = wanted;
  for (let attempt = 0; ; attempt++) {
    const prompt = benchPrompt({
      tokens,
      seed: newSeed(),
      ...(wanted.bytesPerToken === undefined ? {} : { bytesPerToken: wanted.bytesPerToken }),
    });
    const { instructions } = prompt;
    const cold = await measure({ instructions, text: prompt.cold, mostTokens: COLD_OUTPUT_TOKENS }, line);
    if (cold.type !== "measured") {
      return { failure: cold };
    }
    // A connection that broke, or a lesson: once more, with a prompt that nobody has read.
    if (cold.askedAgain && attempt === 0) {
      continue;
    }
    report.measured("cold", tokens, cold.measurement);
    const { promptTokens } = cold.measurement;
    const counted = promptTokens === undefined ? {} : { bytesPerToken: promptBytes(prompt) / promptTokens };
    const warm = await measure({ instructions, text: prompt.warm, mostTokens: WARM_OUTPUT_TOKENS }, line);
    if (warm.type !== "measured") {
      return { run: { cold: cold.measurement }, failure: warm };
    }
    // Hardly anything was read, or nobody knows how much: no speed of reading.
    const { prefill: _, ...rest } = warm.measurement;
    report.measured("warm", tokens, rest);
    return { run: { cold: cold.measurement, warm: rest }, ...counted };
  }
}

function endOf(failure: Failure, explain: Subject["explain"]): ModelResult["end"] {
  return failure.type === "interrupted"
    ? { type: "interrupted" }
    : { type: "failed", explanation: explain(failure.error) };
}
