/** `leat bench`: how fast models read and write, cold and warm, side by side. */
import type { Config } from "../../config/index.ts";
import { openEndpointMemory, readOpenAiKey } from "../../home/index.ts";
import { createHttpClient, isLoopback } from "../../net/index.ts";
import type { LeatError } from "../../protocol/index.ts";
import { type Endpoint, rememberedFacts } from "../../wire/index.ts";
import { askWindow } from "../companions/ask-window.ts";
import { resolveEndpoint } from "../endpoint.ts";
import { exitCode } from "../exit-code.ts";
import { explain } from "../explain.ts";
import { explainConfigError } from "../explain-config.ts";
import { explainContext } from "../explain-context.ts";
import { fail } from "../fail.ts";
import type { Io } from "../io.ts";
import { sessionHeaders, withSessionId } from "../session-id.ts";
import { loadSettings } from "../settings.ts";
import { asJson } from "./bench-json.ts";
import { announcement, estimateLine, measurementLine, skippedLine, table } from "./bench-text.ts";
import { estimate, type Plan } from "./plan.ts";
import type { ModelResult } from "./result.ts";
import { type Report, runModel, type Subject } from "./run-model.ts";
import { parseSizes, USUAL_SIZES } from "./sizes.ts";

export interface BenchOptions {
  readonly overrides: readonly string[];
  readonly profile?: string;
  readonly provider?: string;
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
  const models = [...new Set(named.filter((name) => name !== ""))];
  const settings = (options.models.length === 0 ? [undefined] : models).map((model) =>
    load(options, model, io),
  );
  const loaded: Loaded[] = [];
  for (const one of settings) {
    if (!one.ok) {
      return fail(io, explainConfigError(one.error));
    }
    loaded.push(one);
  }
  const [first] = loaded;
  if (first === undefined) {
    return fail(io, { message: "-m names no model." });
  }
  const plan: Plan = {
    models: loaded.map(({ config }) => config.model),
    sizes: read.sizes.length === 0 ? USUAL_SIZES : read.sizes,
    runs,
    areNamed: read.sizes.length > 0,
  };
  io.stderr.write(announcement(plan, shownPlace(first.config)));
  const results = await measureAll(loaded, plan, io);
  io.stdout.write(options.json ? asJson(results) : table(results));
  if (io.interrupt.aborted) {
    return exitCode.interrupted;
  }
  return results.every(({ end }) => end.type === "completed") ? exitCode.ok : exitCode.failure;
}

type Loaded = Extract<ReturnType<typeof loadSettings>, { readonly ok: true }>;

function load(options: BenchOptions, model: string | undefined, io: Io) {
  const flags = {
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.provider === undefined ? {} : { modelProvider: options.provider }),
    ...(model === undefined ? {} : { model }),
  };
  return loadSettings({ overrides: options.overrides, addDirs: [], flags }, io);
}

/** One model after the other, since they share a machine; what one can't do stops no other. */
async function measureAll(loaded: readonly Loaded[], plan: Plan, io: Io): Promise<ModelResult[]> {
  const results: ModelResult[] = [];
  for (const { config, home } of loaded) {
    if (io.interrupt.aborted) {
      break;
    }
    const context = explainContext(config);
    const { provider, model } = config;
    const place = { model, provider: provider.id, baseUrl: shownPlace(config) };
    const resolved = resolveEndpoint(config, io.env, () => readOpenAiKey(home));
    if (!resolved.ok) {
      const explanation = explain(resolved.error, context);
      results.push({ ...place, sizes: [], end: { type: "failed", explanation } });
      continue;
    }
    const http = createHttpClient(new Set([new URL(provider.baseUrl).hostname]));
    try {
      const subject = subjectOf({ config, home, endpoint: resolved.endpoint }, io);
      const line = { ...subject.line, http };
      results.push(await runModel({ ...place, ...subject, line }, plan, reporter(model, plan, io)));
    } finally {
      http.close();
    }
  }
  return results;
}

type Own = Omit<Subject, "model" | "provider" | "baseUrl" | "line"> & {
  readonly line: Omit<Subject["line"], "http">;
};

function subjectOf({ config, home, endpoint }: Target, io: Io): Own {
  const { model, provider } = config;
  const memory = openEndpointMemory(home);
  // One of its own, so that a router sends all of it to the same machine.
  const session = crypto.randomUUID();
  const context = explainContext(config);
  return {
    line: {
      endpoint: { ...endpoint, sessionHeaders: sessionHeaders(provider, session) },
      memory,
      signal: io.interrupt,
      model,
      settings: { ...config.generation, extraBody: withSessionId(provider.extraBody, session) },
      now: () => performance.now(),
    },
    async askWindow() {
      const known = config.contextWindow;
      if (known !== undefined || !isLoopback(new URL(endpoint.baseUrl).hostname)) {
        return known ?? rememberedFacts(endpoint, model, memory).model.contextWindow;
      }
      const openHttp = () => createHttpClient(new Set());
      return await askWindow({ endpoint, model, memory, openHttp, signal: io.interrupt });
    },
    explain: (error: LeatError) => explain(error, context),
    newSeed: () => crypto.randomUUID().slice(0, 8),
  };
}

interface Target {
  readonly config: Config;
  readonly home: string;
  readonly endpoint: Endpoint;
}

function reporter(model: string, plan: Plan, io: Io): Report {
  const say = (text: string) => io.stderr.write(text);
  return {
    measured: (which, tokens, measurement) => say(measurementLine(model, { which, tokens }, measurement)),
    skipped: (size) => say(skippedLine(model, size)),
    next(tokens, done) {
      const estimateMs = estimate(tokens, done, plan.runs);
      if (estimateMs !== undefined) {
        say(estimateLine(model, tokens, estimateMs));
      }
    },
  };
}

/** Without credentials and parameters, which may be secret. */
function shownPlace({ provider }: Config): string {
  const { origin, pathname } = new URL(provider.baseUrl);
  return `${origin}${pathname}`;
}
