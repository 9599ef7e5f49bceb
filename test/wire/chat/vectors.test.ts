import { describe, expect, test } from "vitest";
import type { TokenUsage } from "../../../src/protocol/index.ts";
import { type Outcome, replay, replayDeltas } from "../../support/chat-replay.ts";
import { randomCuts, seededRandom } from "../../support/seeded-random.ts";
import { loadVectors, splits, type VectorExpectation } from "../../support/vectors.ts";

describe.each(loadVectors())("$name", (vector) => {
  test.each(Object.entries(splits(vector)))("split: %s", (_, chunks) => {
    check(replay(vector, chunks), vector.expect);
  });

  test("the outcome is the same however the bytes are cut, and the content into deltas", () => {
    const [bytes = Buffer.alloc(0)] = splits(vector).whole;
    const random = seededRandom(1);
    const byBytes = () => replay(vector, randomCuts(bytes, random, 2000));
    const byDeltas = () => replayDeltas(vector, (content) => cutText(content, random));
    // Of a large body fewer: what is cut in it is one value.
    const count = bytes.length < LARGE_BYTES ? SPLITS : 10;
    expectSame(
      replay(vector, [bytes]),
      Array.from({ length: count }, () => byBytes),
    );
    let hasContent = false;
    const expected = replayDeltas(vector, (content) => {
      hasContent = true;
      return [content];
    });
    // The content once more into deltas; where it is nothing but text, a few cuts are as good as many.
    const many = CUT_FAMILIES.has(vector.family) ? count / 2 : count / 20;
    expectSame(
      expected,
      Array.from({ length: hasContent ? many : 0 }, () => byDeltas),
    );
  });
});

const SPLITS = 200;
const LARGE_BYTES = 20_000;

/** Of these the content has parts that may be cut in two. */
const CUT_FAMILIES: ReadonlySet<string> = new Set(["inline-think", "harmony", "text-tools"]);

/** Compared as text, which is faster; whole values are shown where they differ. */
function expectSame(expected: Outcome, outcomes: readonly (() => Outcome)[]): void {
  const text = JSON.stringify(expected);
  for (const outcome of outcomes.map((replayAgain) => replayAgain())) {
    if (JSON.stringify(outcome) !== text) {
      expect(outcome).toEqual(expected);
    }
  }
}

function cutText(text: string, random: () => number): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    const length = 1 + Math.floor(random() ** 3 * 60);
    pieces.push(text.slice(start, start + length));
    start += length;
  }
  return pieces;
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
  if (expected.refusal !== undefined) {
    expect(outcome.completion?.refusal).toBe(expected.refusal);
  }
  if (expected.learnt !== undefined) {
    expect(outcome.learnt ?? null).toEqual(expected.learnt);
  }
  if (expected.warning === "unparsable_event") {
    expect(outcome.completion?.unreadableEvents).toBeGreaterThan(0);
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
      .map((item) =>
        item.type === type ? item.content.map((part) => ("text" in part ? part.text : "")).join("") : "",
      )
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
