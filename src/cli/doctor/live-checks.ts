/** The checks that ask the model itself, one after the other, each shown as soon as it is judged. */
import type { Config } from "../../config/index.ts";
import type { HttpClient } from "../../net/index.ts";
import type { EndpointMemory, HistoryItem } from "../../protocol/index.ts";
import { modelNamed, readActivity, type ServerIdentity } from "../../servers/index.ts";
import { type Endpoint, memoryPlace, rememberedFacts } from "../../wire/index.ts";
import { explainContext } from "../explain-context.ts";
import type { Check } from "./check.ts";
import { checkAnswerSchema, judgeAnswerSchema } from "./checks/answer-schema.ts";
import { checkCache, judgeCache } from "./checks/cache.ts";
import { checkCancel, judgeCancel } from "./checks/cancel.ts";
import { checkParallelCalls, judgeParallelCalls } from "./checks/parallel-calls.ts";
import { judgeReasoning } from "./checks/reasoning.ts";
import { checkStreaming, judgeStreaming } from "./checks/streaming.ts";
import { checkSystemMessage, judgeSystemMessage } from "./checks/system-message.ts";
import { checkToolCall, judgeToolCall } from "./checks/tool-call.ts";
import { judgeLearnt } from "./learnt.ts";
import { type Answer, type Ask, createAsker } from "./question.ts";
import { type Doubtful, relearning } from "./relearning.ts";
import type { Report } from "./report.ts";

export interface LiveOptions {
  readonly config: Config;
  readonly endpoint: Endpoint;
  readonly server: ServerIdentity;
  readonly http: HttpClient;
  readonly memory: EndpointMemory;
  readonly signal: AbortSignal;
  readonly report: Report;
  /** `streaming`: one short request, since it may cost money. */
  readonly scope: "all" | "streaming";
  /** `first`: it may have to wait for the model to be loaded. */
  readonly timeoutsMs: { readonly first: number; readonly each: number };
  /** Called when the model has answered, and is loaded therefore. */
  readonly onAnswered: () => Promise<void>;
}

/** Nobody waits for all of them at that speed. */
const ENOUGH_LATE = 2;

export async function checkLive(options: LiveOptions): Promise<void> {
  const { config, endpoint, server, signal, report, scope, timeoutsMs } = options;
  const memory = relearning(options.memory);
  const forgotten: Doubtful[] = [];
  const context = explainContext(config);
  const seen: Seen = { items: [], answers: 0, late: 0, isGone: false, usualMs: Number.POSITIVE_INFINITY };
  const first = await report.during("streaming", () =>
    checkStreaming(watched(createAsker({ ...options, memory, timeoutMs: timeoutsMs.first }), seen)),
  );
  report.add(judgeStreaming(first, context));
  if (first.type !== "answered") {
    if (!signal.aborted && scope === "all") {
      report.add({
        id: "model.live",
        status: "unknown",
        message:
          "tool calls, thinking, system message, json_schema, cache and cancelling: not tried, since there was no answer",
      });
    }
    return;
  }
  await options.onAnswered();
  if (scope === "streaming") {
    return;
  }
  const ask = watched(createAsker({ ...options, memory, timeoutMs: timeoutsMs.each }), seen);
  const facts = () => rememberedFacts(endpoint, config.model, memory);
  const add = (check: Check, ...doubts: readonly Doubtful[]) => {
    report.add(check);
    if (check.status === "ok") {
      forgotten.push(
        ...doubts.filter((doubt) => memory.disprove(memoryPlace(endpoint), config.model, doubt)),
      );
    }
  };
  const steps: readonly (() => Promise<void>)[] = [
    async () => {
      const trips = await report.during("tool call", () => checkToolCall(ask));
      const isRefused = facts().model.refusesTools === true;
      const check = judgeToolCall(trips, { kind: server.kind, isRefused, context });
      add(check, "refusesTools", "refusesStreamedTools");
    },
    async () => {
      const answer = await report.during("parallel calls", () => checkParallelCalls(ask));
      report.add(judgeParallelCalls(answer, context));
    },
    async () => {
      const evidence = await report.during("system message", () => checkSystemMessage(ask));
      const isMerged = facts().model.refusesSystemRole === true;
      add(judgeSystemMessage(evidence, { isMerged }, context), "refusesSystemRole");
    },
    async () => {
      const answer = await report.during("json_schema", () => checkAnswerSchema(ask));
      add(judgeAnswerSchema(answer, context), "response_format");
    },
    async () => {
      // Before the long questions, which are hurried through or cut.
      const told = modelNamed(server, config.model)?.reasoning;
      report.add(judgeReasoning({ ...seen, told, opensThinking: facts().model.opensThinking === true }));
    },
    async () => {
      const question = { nonce: crypto.randomUUID(), lines: cacheLines(options) };
      report.add(judgeCache(await report.during("prompt cache", () => checkCache(ask, question)), context));
    },
    async () => {
      const evidence = await report.during("cancelling", () =>
        checkCancel(ask, {
          usualMs: seen.usualMs,
          signal,
          countBusySlots: () => busySlots(options),
          longestWaitMs: LONGEST_WAIT_MS,
        }),
      );
      report.add(judgeCancel(evidence, context));
    },
  ];
  for (const step of steps) {
    if (signal.aborted) {
      return;
    }
    const why = whyNoMore(seen);
    if (why !== undefined) {
      report.add({ id: "model.live", status: "unknown", message: `the rest: not tried, since ${why}` });
      break;
    }
    await step();
  }
  report.add(...judgeLearnt(facts(), forgotten));
}

function whyNoMore({ late, isGone }: Seen): string | undefined {
  if (isGone) {
    return "the server has gone";
  }
  return late >= ENOUGH_LATE ? "answers take too long" : undefined;
}

/** What all answers together show. */
interface Seen {
  readonly items: HistoryItem[];
  answers: number;
  late: number;
  /** Nothing listens there any more. */
  isGone: boolean;
  usualMs: number;
}

function watched(ask: Ask, seen: Seen): Ask {
  return async (question) => {
    const answer: Answer = await ask(question);
    if (answer.type === "answered") {
      seen.items.push(...answer.items);
      seen.answers += 1;
      seen.usualMs = Math.min(seen.usualMs, answer.pace.firstMs ?? answer.pace.totalMs);
    } else if (answer.type === "late") {
      seen.late += 1;
    } else if (answer.type === "failed") {
      seen.isGone ||= answer.error.kind === "connection_refused";
    }
    return answer;
  };
}

/** About ten tokens a line: enough to be felt where reading is slow, and never more than a small part of the window. */
const MOST_LINES = 80;

function cacheLines({ config, server }: LiveOptions): number {
  const window =
    config.contextWindow ?? modelNamed(server, config.model)?.contextWindow ?? Number.POSITIVE_INFINITY;
  return Math.min(MOST_LINES, Math.floor(window / 40));
}

const SLOTS_TIMEOUT_MS = 1_500;
/** A server that notices a closed connection does so with the next token; this is many times that. */
const LONGEST_WAIT_MS = 10_000;

async function busySlots({
  config,
  endpoint,
  server,
  http,
  signal,
}: LiveOptions): Promise<number | undefined> {
  if (server.kind !== "llamacpp") {
    return undefined;
  }
  const activity = await readActivity(endpoint, {
    http,
    signal,
    kind: server.kind,
    model: config.model,
    timeoutMs: SLOTS_TIMEOUT_MS,
  });
  return activity?.type === "slots" ? activity.busy : undefined;
}
