import { describe, expect, test } from "vitest";
import type { HttpClient } from "../../../src/net/index.ts";
import type { HistoryItem, ModelError, PrefillProgress, TokenUsage } from "../../../src/protocol/index.ts";
import { type AttemptEnd, attemptChat } from "../../../src/wire/chat/attempt.ts";
import { generic } from "../../../src/wire/dialects/generic.ts";
import type { Endpoint } from "../../../src/wire/endpoint.ts";
import type { Completion, ModelEvent } from "../../../src/wire/index.ts";
import { loadVectors, splits, type Vector, type VectorExpectation } from "../../support/vectors.ts";

const endpoint: Endpoint = {
  providerId: "fixture",
  baseUrl: "http://127.0.0.1:1/v1",
  queryParams: {},
  headers: {},
  dialect: generic,
  requestMaxRetries: 0,
  streamMaxRetries: 0,
  idleTimeoutMs: undefined,
};

describe.each(loadVectors())("$name", (vector) => {
  test.each(Object.entries(splits(vector)))("split: %s", async (_, chunks) => {
    const outcome = await replay(vector, chunks);
    check(outcome, vector.expect);
  });
});

interface Outcome {
  text: string;
  reasoning: string;
  progress: PrefillProgress | undefined;
  items: readonly HistoryItem[];
  completion: Completion | undefined;
  error: ModelError | undefined;
}

async function replay(vector: Vector, chunks: readonly Buffer[]): Promise<Outcome> {
  const http: HttpClient = {
    post: async () => ({ ...vector.http, body: body(chunks), expectEnd() {} }),
    close() {},
  };
  const tools = (vector.request.tools ?? []).map((tool) => ({
    name: tool.function.name,
    description: "",
    parameters: tool.function.parameters,
  }));
  let id = 0;
  const events = attemptChat({ model: "m", instructions: "", items: [], tools }, endpoint, {
    http,
    signal: new AbortController().signal,
    refused: new Set(),
    newCallId: () => `made_${++id}`,
  });
  const seen: ModelEvent[] = [];
  for (;;) {
    const step = await events.next();
    if (step.done) {
      return summarize(seen, step.value);
    }
    seen.push(step.value);
  }
}

async function* body(chunks: readonly Buffer[]): AsyncGenerator<Uint8Array, void, void> {
  for (const chunk of chunks) {
    yield chunk;
  }
}

function summarize(seen: readonly ModelEvent[], end: AttemptEnd): Outcome {
  const join = (type: "text-delta" | "reasoning-delta") =>
    seen.map((event) => (event.type === type ? event.text : "")).join("");
  return {
    text: join("text-delta"),
    reasoning: join("reasoning-delta"),
    progress: seen.findLast((event) => event.type === "prefill-progress")?.progress,
    items: end.type === "completed" ? end.response.items : "partial" in end ? end.partial : [],
    completion: end.type === "completed" ? end.response.completion : undefined,
    error: end.type === "rejected" || end.type === "broken" ? end.error : undefined,
  };
}

function check(outcome: Outcome, expected: VectorExpectation): void {
  if (expected.text_regex !== undefined) {
    expect(outcome.text).toMatch(new RegExp(expected.text_regex));
  } else {
    expectText(outcome.text, expected.text ?? "", expected.text_match);
  }
  expectText(outcome.reasoning, expected.reasoning ?? "", expected.reasoning_match);
  expectItemsHoldDeltas(outcome);

  const invalid = outcome.completion?.invalidCalls ?? [];
  const calls = outcome.items.filter((item) => item.type === "function_call");
  const runnable = calls.filter((call) => !invalid.some((entry) => entry.id === call.call_id));
  expect(runnable.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) }))).toEqual(
    expected.tool_calls.map(({ name, arguments: value }) => ({ name, arguments: value })),
  );
  expect(new Set(calls.map((call) => call.call_id)).size).toBe(calls.length);
  expected.tool_calls.forEach(({ id }, index) => {
    if (id !== undefined) {
      expect(runnable[index]?.call_id).toBe(id);
    }
  });
  if (outcome.completion !== undefined) {
    // A vector that leaves the raw text out does not ask for it.
    const wanted = expected.invalid_tool_calls ?? [];
    expect(
      invalid.map(({ name, argumentsText }, index) =>
        wanted[index]?.arguments_raw === undefined ? { name } : { name, arguments_raw: argumentsText },
      ),
    ).toEqual(wanted);
  }
  checkEnd(outcome, expected);
}

function checkEnd(outcome: Outcome, expected: VectorExpectation): void {
  const finish =
    outcome.completion?.finish ?? (outcome.error?.kind === "incomplete" ? "incomplete" : "error");
  expect(expected.finish_any ?? [expected.finish]).toContain(finish);
  if (expected.error !== undefined) {
    // Whether to retry is decided, and tested, in stream-model.
    const {
      message_contains: words,
      n_ctx,
      n_prompt_tokens,
      retryable,
      ...rest
    } = expected.error as Record<string, unknown> & { message_contains: string };
    expect(outcome.error).toMatchObject({
      ...rest,
      ...(n_ctx === undefined ? {} : { contextTokens: n_ctx }),
      ...(n_prompt_tokens === undefined ? {} : { promptTokens: n_prompt_tokens }),
    });
    expect(outcome.error?.message).toContain(words);
  }
  if (expected.empty_answer === true) {
    expect(outcome.completion?.isEmpty).toBe(true);
  }
  if (expected.progress !== undefined) {
    const { processed, total, cached } = outcome.progress ?? {};
    expect({ processed, total, cache: cached }).toEqual(expected.progress);
  }
  if (expected.usage === null) {
    expect(outcome.completion?.usage).toEqual({});
  } else if (expected.usage !== undefined) {
    expect(toWireNames(outcome.completion?.usage ?? {})).toMatchObject(expected.usage);
  }
}

/** What was shown and what is kept are the same characters, white space at the seams aside. */
function expectItemsHoldDeltas(outcome: Outcome): void {
  const kept = (type: "message" | "reasoning") =>
    outcome.items
      .map((item) => (item.type === type ? item.content.map((part) => part.text).join("") : ""))
      .join("");
  if (outcome.items.length === 0) {
    return;
  }
  expect(kept("message").trim()).toBe(outcome.text.trim());
  expect(kept("reasoning").trim()).toBe(outcome.reasoning.trim());
}

function expectText(actual: string, expected: string, match: "trim" | undefined): void {
  if (match === "trim") {
    expect(actual.trim()).toBe(expected.trim());
  } else {
    expect(actual).toBe(expected);
  }
}

function toWireNames(usage: TokenUsage): Record<string, number | undefined> {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.totalTokens,
    cached_tokens: usage.cachedInputTokens,
    reasoning_tokens: usage.reasoningTokens,
  };
}
