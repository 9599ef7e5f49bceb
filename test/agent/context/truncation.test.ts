import { describe, expect, test } from "vitest";
import { judgeCount } from "../../../src/agent/context/truncation.ts";
import { createContextKeeper } from "../../../src/agent/index.ts";
import type { ServerKind, TokenUsage } from "../../../src/protocol/index.ts";
import type { ModelRequest } from "../../../src/wire/index.ts";
import { assistant, output, reasoning, user } from "../../support/items.ts";

/** Of English words, each with its blank, so that a quarter of the bytes is a little more than the tokens. */
function words(count: number): string {
  return "word ".repeat(count);
}

function request(...texts: readonly string[]): ModelRequest {
  return { model: "qwen3:14b", instructions: "", tools: [], items: texts.map(user) };
}

interface Row {
  readonly what: string;
  readonly request: ModelRequest;
  readonly usage: TokenUsage;
  readonly window?: number;
  readonly server?: ServerKind;
  readonly notice?: object;
}

const told = { kind: "context-truncated", model: "qwen3:14b" };

describe("a count of a prompt", () => {
  test.each<Row>([
    {
      what: "Ollama 0.32 keeps half of its context and two tokens",
      request: request(words(8_000)),
      usage: { inputTokens: 2_050 },
      window: 4_096,
      server: "ollama",
      notice: { ...told, sent: 10_005, read: 2_050, window: 4_096, server: "ollama" },
    },
    {
      what: "the same before anyone has told the window: it has fewer tokens than there are words",
      request: request(words(8_000)),
      usage: { inputTokens: 2_050 },
      notice: { ...told, sent: 10_005, read: 2_050 },
    },
    {
      what: "a prompt that is only a little too long",
      request: request(words(4_200)),
      usage: { inputTokens: 2_050 },
      window: 4_096,
      notice: { ...told, sent: 5_255, read: 2_050, window: 4_096 },
    },
    {
      what: "older ones fill the context to the brim",
      request: request(words(8_000)),
      usage: { inputTokens: 4_095 },
      window: 4_096,
      notice: { ...told, sent: 10_005, read: 4_095, window: 4_096 },
    },
    {
      what: "whole messages are dropped",
      request: request(words(5_000), words(3_000)),
      usage: { inputTokens: 3_010 },
      window: 4_096,
      notice: { ...told, sent: 10_009, read: 3_010, window: 4_096 },
    },
    {
      what: "what is as it should be",
      request: request(words(8_000)),
      usage: { inputTokens: 8_020 },
      window: 16_384,
    },
    {
      what: "text that is mostly blanks: the estimate is three times too high",
      request: request(`${" ".repeat(60)}x\n`.repeat(500)),
      usage: { inputTokens: 1_600 },
      window: 4_096,
    },
    {
      what: "the same where the window is not known",
      request: request(`${" ".repeat(60)}x\n`.repeat(500)),
      usage: { inputTokens: 1_600 },
    },
    {
      what: "Ollama 0.30 counted only what was not in its cache",
      request: request(words(8_000)),
      usage: { inputTokens: 40 },
    },
    {
      what: "so it did where the window is known, and holds all of it",
      request: request(words(8_000)),
      usage: { inputTokens: 2_500 },
      window: 32_768,
    },
    {
      what: "the thinking of earlier turns is left out by templates",
      request: {
        ...request(),
        items: [user("one"), reasoning(words(6_000)), assistant(words(1_100)), user("two")],
      },
      usage: { inputTokens: 1_110 },
    },
    {
      what: "the server holds more than was thought",
      request: request(words(8_000)),
      usage: { inputTokens: 8_000 },
      window: 4_096,
    },
    { what: "no count at all", request: request(words(8_000)), usage: {}, window: 4_096 },
  ])("$what", ({ request: sent, usage, window, server, notice }) => {
    const keeper = createContextKeeper({
      window,
      head: [],
      server: () => (server === undefined ? {} : { kind: server }),
    });
    const before = keeper.budget.bytesPerToken;
    expect(judgeCount(keeper, sent, usage)).toEqual(notice);
    // A false count teaches nothing; a true one does.
    const isLearnt = notice === undefined && (usage.inputTokens ?? 0) >= 200;
    expect(keeper.budget.isCounted).toBe(isLearnt);
    expect(keeper.budget.bytesPerToken !== before).toBe(isLearnt);
  });

  test("is told of once, and again when far more is missing", () => {
    const keeper = createContextKeeper({ window: 4_096, head: [] });
    const tell = (count: number) => judgeCount(keeper, request(words(count)), { inputTokens: 2_050 })?.kind;
    expect([8_000, 8_100, 12_000, 30_000, 31_000].map(tell)).toEqual([
      "context-truncated",
      undefined,
      undefined,
      "context-truncated",
      undefined,
    ]);
  });

  test("once the server has counted, an output of much the same text need not be counted in words", () => {
    const keeper = createContextKeeper({ window: undefined, head: [] });
    const base: ModelRequest = { ...request(words(2_000)) };
    expect(judgeCount(keeper, base, { inputTokens: 2_010 })).toBeUndefined();
    const grown = { ...base, items: [...base.items, output("1", "0123456789".repeat(3_000))] };
    expect(judgeCount(keeper, grown, { inputTokens: 2_050 })).toMatchObject({ read: 2_050 });
  });
});
