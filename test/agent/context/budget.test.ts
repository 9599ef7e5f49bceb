import { describe, expect, test } from "vitest";
import { createContextBudget } from "../../../src/agent/context/budget.ts";
import type { ModelRequest } from "../../../src/wire/index.ts";
import { assistant, call, output, reasoning, user } from "../../support/items.ts";

describe("the limit at which a conversation is summed up", () => {
  test.each([
    // A fifth of the window stays free, 1,024 tokens at least and 16,384 at most.
    [{ window: 4_096 }, 3_072],
    [{ window: 8_192 }, 6_554],
    [{ window: 32_768 }, 26_215],
    [{ window: 131_072 }, 114_688],
    // Half of a very small one.
    [{ window: 2_000 }, 1_000],
    // The configured one counts, as far as it leaves room.
    [{ window: 8_192, limit: 5_000 }, 5_000],
    [{ window: 8_192, limit: 8_000 }, 6_554],
    [{ window: undefined, limit: 5_000 }, 5_000],
    [{ window: undefined }, undefined],
    // A long answer must have room.
    [{ window: 8_192, maxOutputTokens: 3_000 }, 5_192],
    [{ window: 8_192, maxOutputTokens: 8_000 }, 4_096],
  ])("%o: %s", (options, limit) => {
    expect(createContextBudget(options).limit).toBe(limit);
  });

  test("what the server tells counts from then on", () => {
    const budget = createContextBudget({ window: undefined });
    budget.learnWindow(8_192);
    expect([budget.window, budget.limit, budget.summaryTokens]).toEqual([8_192, 6_554, 819]);
  });
});

const request: ModelRequest = {
  model: "m",
  instructions: "i".repeat(400),
  tools: [],
  items: [
    user("h".repeat(384)),
    user("u".repeat(784)),
    reasoning("t".repeat(1_184)),
    call("1", "tool", "c".repeat(80)),
    output("1", "o".repeat(3_984)),
    assistant("a".repeat(84)),
  ],
};

describe("what fills the window", () => {
  const head = [request.items[0] as ReturnType<typeof user>];

  test("before the server has counted: four bytes a token, the largest part first", () => {
    expect(createContextBudget({ window: 8_192 }).fill(request, head)).toEqual({
      tokens: 1_751,
      window: 8_192,
      parts: [
        { part: "outputs", tokens: 1_000 },
        { part: "thinking", tokens: 300 },
        { part: "user", tokens: 200 },
        { part: "instructions", tokens: 100 },
        { part: "project", tokens: 100 },
        { part: "answers", tokens: 25 },
        { part: "calls", tokens: 25 },
        { part: "tools", tokens: 1 },
      ],
    });
  });

  test.each([
    ["as the server counts", 3_301, 3_301],
    ["a count that leaves out what was cached is no measure", 201, 1_051],
    ["nor is one of a short prompt", 150, 1_751],
    ["nor none at all", undefined, 1_751],
    ["more than a token a byte is a picture's", 50_000, 7_002],
  ])("%s", (_name, inputTokens, tokens) => {
    const budget = createContextBudget({ window: undefined });
    budget.observe(request, inputTokens === undefined ? {} : { inputTokens });
    expect(budget.fill(request, head).tokens).toBe(tokens);
  });
});
