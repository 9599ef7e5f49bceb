import { describe, expect, test } from "vitest";
import type { HistoryItem, TokenUsage } from "../../../src/protocol/index.ts";
import type { ModelEvent } from "../../../src/wire/index.ts";
import { createResponsesDecoder } from "../../../src/wire/responses/decode.ts";
import { type Replayed, replay } from "../../support/replay.ts";
import { loadVectors, splits, type Vector, type VectorExpectation } from "../../support/vectors.ts";

describe.each(loadVectors("responses"))("$name", (vector) => {
  test.each(Object.entries(splits(vector)))("split: %s", (_, chunks) => {
    check(replay(decoderFor(vector), chunks), vector.expect);
  });
});

function decoderFor(vector: Vector) {
  let id = 0;
  return createResponsesDecoder({
    offeredTools: (vector.request.tools ?? []).map((tool) => ({
      name: tool.function.name,
      description: "",
      parameters: tool.function.parameters,
    })),
    newCallId: () => `made_${++id}`,
    thinkingStart: vector.request.hints?.thinking_preopened === true ? "open" : "tagged",
  });
}

function check(replayed: Replayed, expected: VectorExpectation): void {
  const { events, items, completion, error } = replayed;
  const trim = (text: string, match: "trim" | undefined) => (match === "trim" ? text.trim() : text);
  const shown = {
    text: trim(textOf(events, "text-delta"), expected.text_match),
    reasoning: trim(textOf(events, "reasoning-delta"), expected.reasoning_match),
  };
  expect(shown).toEqual({ text: expected.text, reasoning: expected.reasoning });
  expect(keptText(items).trim()).toBe(shown.text.trim());
  expect(keptReasoning(items).replace(/\s/g, "")).toBe(shown.reasoning.replace(/\s/g, ""));

  const calls = items.filter((item) => item.type === "function_call");
  const invalid = completion.invalidCalls;
  const runnable = calls.filter((call) => !invalid.some((entry) => entry.id === call.call_id));
  expect(
    runnable.map(({ name, arguments: text, call_id: id }, index) => ({
      name,
      arguments: JSON.parse(text),
      ...(expected.tool_calls[index]?.id === undefined ? {} : { id }),
    })),
  ).toEqual(expected.tool_calls);
  expect(new Set(calls.map((call) => call.call_id)).size).toBe(calls.length);
  const wanted = expected.invalid_tool_calls ?? [];
  expect(
    invalid.map(({ name, argumentsText }, index) =>
      wanted[index]?.arguments_raw === undefined ? { name } : { name, arguments_raw: argumentsText },
    ),
  ).toEqual(wanted);

  expect(completion.finish).toBe(expected.finish);
  expect(completion.isEmpty).toBe(
    expected.empty_answer === true || (shown.text === "" && runnable.length === 0),
  );
  if (expected.error === undefined) {
    expect(error).toBeUndefined();
  } else {
    const { message_contains: words, ...rest } = expected.error;
    expect(error).toMatchObject(rest);
    expect(error?.message).toContain(words);
  }
  if (expected.usage !== undefined) {
    const usage = toWireNames(completion.usage);
    expect(usage).toEqual(expected.usage === null ? {} : expect.objectContaining(expected.usage));
  }
  if (expected.progress !== undefined) {
    const last = events.findLast((event) => event.type === "prefill-progress")?.progress;
    expect({ processed: last?.processed, total: last?.total, cache: last?.cached }).toEqual(
      expected.progress,
    );
  }
}

function textOf(events: readonly ModelEvent[], type: "text-delta" | "reasoning-delta"): string {
  return events.map((event) => (event.type === type ? event.text : "")).join("");
}

function keptText(items: readonly HistoryItem[]): string {
  return items
    .flatMap((item) => (item.type === "message" ? item.content : []))
    .map((part) => (part.type === "input_image" ? "" : part.text))
    .join("");
}

/** Of two tellings the full one, if it was shown. */
function keptReasoning(items: readonly HistoryItem[]): string {
  return items
    .flatMap((item) => (item.type === "reasoning" ? [item] : []))
    .map(({ content, summary }) => join(content.length > 0 ? content : summary))
    .join("");
}

function join(parts: readonly { readonly text: string }[]): string {
  return parts.map((part) => part.text).join("");
}

function toWireNames(usage: TokenUsage): Record<string, number> {
  const names = {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.totalTokens,
    cached_tokens: usage.cachedInputTokens,
    reasoning_tokens: usage.reasoningTokens,
  };
  return Object.fromEntries(
    Object.entries(names).flatMap(([name, count]) => (count === undefined ? [] : [[name, count]])),
  );
}
