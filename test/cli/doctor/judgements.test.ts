import { describe, expect, test } from "vitest";
import type { Check } from "../../../src/cli/doctor/check.ts";
import { judgeAnswerSchema } from "../../../src/cli/doctor/checks/answer-schema.ts";
import { type CacheEvidence, judgeCache } from "../../../src/cli/doctor/checks/cache.ts";
import { type CancelEvidence, judgeCancel } from "../../../src/cli/doctor/checks/cancel.ts";
import { judgeParallelCalls } from "../../../src/cli/doctor/checks/parallel-calls.ts";
import { judgeReasoning, type ReasoningEvidence } from "../../../src/cli/doctor/checks/reasoning.ts";
import { judgeStreaming } from "../../../src/cli/doctor/checks/streaming.ts";
import { judgeSystemMessage } from "../../../src/cli/doctor/checks/system-message.ts";
import { judgeToolCall, type RoundTrip } from "../../../src/cli/doctor/checks/tool-call.ts";
import type { Answer, Pace } from "../../../src/cli/doctor/question.ts";
import type { HistoryItem, ModelErrorKind, TokenUsage } from "../../../src/protocol/index.ts";

const context = {
  providerId: "box",
  providerName: "Box",
  baseUrl: "http://127.0.0.1:1/v1",
  model: "m",
};
const brief = ({ status, message }: Check) => `${status} ${message}`;

const said = (text: string): HistoryItem => ({
  type: "message",
  role: "assistant",
  content: [{ type: "output_text", text }],
});
const called = (colour: string, id: string): HistoryItem => ({
  type: "function_call",
  name: "open_locker",
  arguments: JSON.stringify({ colour }),
  call_id: id,
});

type Answered = Extract<Answer, { type: "answered" }>;

function answered(
  items: readonly HistoryItem[],
  { pace = {}, usage = {} }: { readonly pace?: Partial<Pace>; readonly usage?: TokenUsage } = {},
): Answered {
  return {
    type: "answered",
    items,
    completion: {
      finish: "stop",
      usage,
      invalidCalls: [],
      repairs: [],
      isEmpty: items.length === 0,
      unreadableEvents: 0,
    },
    pace: { firstMs: 100, totalMs: 1_000, pieces: 9, ...pace },
  };
}

const failed = (kind: ModelErrorKind): Answer => ({ type: "failed", error: { kind, message: "no" } });
const late: Answer = { type: "late", withinMs: 120_000, hasBegun: false };
const begun: Answer = { type: "late", withinMs: 120_000, hasBegun: true };
const cancelled: Answer = { type: "cancelled", pace: { totalMs: 1, pieces: 0 } };

describe("streaming", () => {
  test.each<[string, Answer, string]>([
    [
      "in pieces",
      answered([said("x")]),
      "ok streaming: the first token came after 100 ms, the answer in 9 pieces within 1.0 s",
    ],
    [
      "held back by a proxy",
      answered([said("x")], { pace: { pieces: 1 } }),
      "warn streaming: the whole answer came in one piece after 1.0 s",
    ],
    [
      "too fast to tell",
      answered([said("x")], { pace: { pieces: 1, totalMs: 20 } }),
      "unknown streaming: the whole answer was there after 20 ms, too fast to tell",
    ],
    ["nothing", answered([]), "warn streaming: the model ended without an answer (stop)"],
    ["late", late, "unknown streaming: no answer within 120.0 s"],
    ["never ends", begun, "unknown streaming: no end of the answer within 120.0 s"],
    ["interrupted", cancelled, "unknown streaming: interrupted"],
    ["refused", failed("auth"), "fail streaming: Box says: no"],
  ])("%s", (_name, answer, expected) => {
    expect(brief(judgeStreaming(answer, context))).toBe(expected);
  });
});

describe("tool call", () => {
  const used: RoundTrip = { type: "returned", used: true, repairs: 0 };
  const notCalled: RoundTrip = { type: "not-called" };
  const unanswered = (answer: Answer, step: "call" | "result" = "call"): RoundTrip => ({
    type: "unanswered",
    step,
    answer: answer as Exclude<Answer, { type: "answered" }>,
  });
  test.each<[string, readonly RoundTrip[], string]>([
    ["at once", [used], "ok tool call: called, its result sent back and used"],
    ["then", [notCalled, used], "ok tool call: called, its result sent back and used (at the second try)"],
    [
      "mended",
      [{ ...used, repairs: 1 }],
      "ok tool call: called, its result sent back and used; leat had to mend its arguments",
    ],
    ["never", [notCalled, notCalled], "warn tool call: the model did not call the tool (2 of 2)"],
    [
      "badly",
      [notCalled, { type: "bad-call", name: "x" }],
      "warn tool call: the model's call can't be run (2 of 2)",
    ],
    [
      "in vain",
      [notCalled, { type: "returned", used: false, repairs: 0 }],
      "warn tool call: the tool was called, but the model's answer does not use its result (2 of 2)",
    ],
    ["refused", [unanswered(failed("server"))], "fail tool call: Box says: no"],
    [
      "result refused",
      [unanswered(failed("template"), "result")],
      "fail tool call, when its result was sent back: Box says: no",
    ],
    ["late", [unanswered(late)], "unknown tool call: no answer within 120.0 s"],
    ["not tried", [], "unknown tool call: not tried"],
  ])("%s", (_name, trips, expected) => {
    expect(brief(judgeToolCall(trips, { kind: "llamacpp", isRefused: false, context }))).toBe(expected);
  });

  test("described in the prompt, they work, and that is still to be mended", () => {
    const check = judgeToolCall([used], { kind: "vllm", isRefused: true, context });
    expect(brief(check)).toBe(
      "warn tool call: the server refuses tools; described in the prompt instead, they are called and used",
    );
    expect(check.advice?.paste).toContain("--enable-auto-tool-choice");
  });

  test.each([
    ["llamacpp", "llama-server … --jinja"],
    ["vllm", "vllm serve … --enable-auto-tool-choice --tool-call-parser <name>"],
    ["ollama", "leat models"],
  ] as const)("what to do on %s", (kind, paste) => {
    expect(judgeToolCall([notCalled, notCalled], { kind, isRefused: false, context }).advice?.paste).toBe(
      paste,
    );
  });
});

test.each<[string, Answer, string]>([
  ["two", answered([called("blue", "a"), called("red", "b")]), "info parallel calls: 2 in one answer"],
  ["one", answered([called("blue", "a")]), "info parallel calls: no, one call an answer"],
  ["none", answered([said("no")]), "unknown parallel calls: not seen: the model did not call the tool"],
  ["late", late, "unknown parallel calls: no answer within 120.0 s"],
  ["an error", failed("server"), "unknown parallel calls: Box says: no"],
])("parallel calls: %s", (_name, answer, expected) => {
  expect(brief(judgeParallelCalls(answer, context))).toBe(expected);
});

test.each<[string, Partial<ReasoningEvidence>, string]>([
  ["no answer", { answers: 0 }, "unknown thinking: no answer to see it in"],
  ["none", {}, "info thinking: none seen"],
  ["told only", { told: true }, "info thinking: none seen, though the server says that this model can"],
  ["a field", { items: [thought("reasoning")] }, "info thinking: comes in the field reasoning"],
  ["tags", { items: [thought()] }, "info thinking: comes in tags in the text"],
  [
    "tags the template opens",
    { items: [thought()], opensThinking: true },
    "info thinking: comes in tags in the text, opened by the chat template",
  ],
  [
    "sealed",
    { items: [{ type: "reasoning", summary: [], content: [], encrypted_content: "x" }] },
    "info thinking: comes sealed and can't be shown",
  ],
])("thinking: %s", (_name, evidence, expected) => {
  const all = { items: [], answers: 1, told: undefined, opensThinking: false, ...evidence };
  expect(brief(judgeReasoning(all))).toBe(expected);
});

function thought(field?: string): HistoryItem {
  const content = [{ type: "reasoning_text", text: "hm" }] as const;
  return {
    type: "reasoning",
    summary: [],
    content,
    encrypted_content: null,
    ...(field === undefined ? {} : { field }),
  };
}

test.each<[string, Parameters<typeof judgeSystemMessage>[0], boolean, string]>([
  ["read", { type: "answered", tries: 1, known: true }, false, "ok system message: accepted and read"],
  [
    "merged",
    { type: "answered", tries: 1, known: true },
    true,
    "ok system message: refused by the template, so its text goes into the first user message; it is read there",
  ],
  [
    "dropped",
    { type: "answered", tries: 2, known: false },
    false,
    "warn system message: the model does not know what stands there (2 of 2)",
  ],
  [
    "refused",
    { type: "unanswered", answer: failed("template") as never },
    false,
    "fail system message: Box says: no",
  ],
])("system message: %s", (_name, evidence, isMerged, expected) => {
  expect(brief(judgeSystemMessage(evidence, { isMerged }, context))).toBe(expected);
});

const WITHOUT = "so leat can't have the broken arguments of a call written anew";
test.each<[string, Answer, string]>([
  ["honoured", answered([said('{"legs": 8}')]), "ok json_schema: response_format is honoured"],
  ["prose", answered([said("Eight.")]), `info json_schema: response_format is ignored, ${WITHOUT}`],
  ["other JSON", answered([said('{"feet": 8}')]), `info json_schema: response_format is ignored, ${WITHOUT}`],
  [
    "refused",
    failed("unsupported_parameter"),
    `info json_schema: the server refuses response_format, ${WITHOUT}`,
  ],
  ["an error", failed("server"), "warn json_schema: Box says: no"],
  ["late", late, "unknown json_schema: no answer within 120.0 s"],
])("json_schema: %s", (_name, answer, expected) => {
  expect(brief(judgeAnswerSchema(answer, context))).toBe(expected);
});

describe("prompt cache", () => {
  const turns = ([cached, coldMs, warmMs]: readonly [number | undefined, number, number]): CacheEvidence => ({
    type: "both",
    first: answered([said("off")], { pace: { firstMs: coldMs }, usage: { inputTokens: 800 } }),
    second: answered([said("off")], {
      pace: { firstMs: warmMs },
      usage: { inputTokens: 830, ...(cached === undefined ? {} : { cachedInputTokens: cached }) },
    }),
  });
  test.each<[string, CacheEvidence, string]>([
    [
      "counted",
      turns([790, 4_000, 300]),
      "ok prompt cache: 790 of 830 tokens were there on the second turn; first token after 4.0 s, then 300 ms",
    ],
    [
      "counted, too few",
      turns([40, 4_000, 4_000]),
      "warn prompt cache: only 40 tokens were there on the second turn; first token after 4.0 s, then 4.0 s",
    ],
    [
      "not counted, by the clock",
      turns([undefined, 4_000, 300]),
      "ok prompt cache: used on the second turn, by the clock; first token after 4.0 s, then 300 ms",
    ],
    [
      "always zero, by the clock",
      turns([0, 4_000, 300]),
      "ok prompt cache: used on the second turn, by the clock; first token after 4.0 s, then 300 ms",
    ],
    [
      "read anew",
      turns([0, 4_000, 4_100]),
      "warn prompt cache: the second turn was read anew, by the clock; first token after 4.0 s, then 4.1 s",
    ],
    [
      "too fast",
      turns([undefined, 90, 90]),
      "unknown prompt cache: the server counts nothing as cached, and reading is too fast to tell by the clock; first token after 90 ms, then 90 ms",
    ],
    ["no first answer", { type: "first", answer: late }, "unknown prompt cache: no answer within 120.0 s"],
    [
      "no second answer",
      { type: "both", first: answered([]), second: failed("server") },
      "unknown prompt cache: Box says: no",
    ],
  ])("%s", (_name, evidence, expected) => {
    expect(brief(judgeCache(evidence, context))).toBe(expected);
  });
});

test.each<[string, CancelEvidence, string]>([
  [
    "the slot is free",
    { type: "slots", freedAfterMs: 60, waitedMs: 60 },
    "ok cancelling: the slot is free within 60 ms",
  ],
  [
    "the slot stays busy",
    { type: "slots", waitedMs: 10_000 },
    "warn cancelling: the slot is still busy 10.0 s after its request was closed",
  ],
  [
    "the next answer comes",
    { type: "next", next: answered([], { pace: { firstMs: 250 } }), usualMs: 200 },
    "ok cancelling: the next answer began after 250 ms, as usual",
  ],
  [
    "the next answer waits",
    { type: "next", next: answered([], { pace: { firstMs: 9_000 } }), usualMs: 200 },
    "warn cancelling: the next answer began only after 9.0 s (usual: 200 ms)",
  ],
  [
    "the next answer fails",
    { type: "next", next: late, usualMs: 200 },
    "unknown cancelling, the request after it: no answer within 120.0 s",
  ],
  [
    "too short",
    { type: "too-short" },
    "unknown cancelling: the long answer was over before it could be cancelled",
  ],
  [
    "no answer",
    { type: "unanswered", answer: late as never },
    "unknown cancelling: no answer within 120.0 s",
  ],
])("cancelling: %s", (_name, evidence, expected) => {
  expect(brief(judgeCancel(evidence, context))).toBe(expected);
});
