import { expect, test } from "vitest";
import { summarise } from "../../../src/cli/stats/summarise.ts";
import { response } from "./records.ts";

test("figures of a model, by day, the oldest first", () => {
  const [summary, ...others] = summarise([response(3), response(1), response(2), response(2)], {});
  expect(others).toEqual([]);
  expect(summary).toEqual({
    model: "qwen3-30b",
    provider: "lmstudio",
    host: "localhost:1234",
    server: "lmstudio",
    responses: 4,
    sessions: 3,
    firstTokenMs: { count: 4, median: 1002, p90: 1003 },
    prefill: { count: 4, median: 400, p90: 400, byClock: false },
    decode: { count: 4, median: 42, p90: 43, byClock: false },
    cachedShare: 0.75,
    inputTokens: 8000,
    outputTokens: 400,
    buckets: [
      { at: "2026-11-01T10:00:00.000Z", responses: 1, firstTokenMs: 1001, prefill: 400, decode: 41 },
      { at: "2026-11-02T10:00:00.000Z", responses: 2, firstTokenMs: 1002, prefill: 400, decode: 42 },
      { at: "2026-11-03T10:00:00.000Z", responses: 1, firstTokenMs: 1003, prefill: 400, decode: 43 },
    ],
  });
});

test("of one day: by session", () => {
  const [summary] = summarise([response(1), response(1), response(1, { session: "other" })], {});
  expect(summary?.buckets.map(({ responses }) => responses)).toEqual([2, 1]);
});

test("what is unknown stays out of every figure", () => {
  const bare = { at: "2026-11-01T10:00:00.000Z", model: "m" };
  expect(summarise([bare, { ...bare, cached_tokens: 5 }], {})).toEqual([
    {
      model: "m",
      responses: 2,
      sessions: 1,
      firstTokenMs: { count: 0 },
      prefill: { count: 0, byClock: false },
      decode: { count: 0, byClock: false },
      inputTokens: 0,
      outputTokens: 0,
      buckets: [{ at: bare.at, responses: 2 }],
    },
  ]);
});

test.each([
  ["a model", { model: "b" }, ["b"]],
  ["a provider", { provider: "p" }, ["c"]],
  ["a time", { since: Date.parse("2026-11-02T00:00:00Z") }, ["b"]],
  ["nothing: who answered most often is first", {}, ["b", "a", "c"]],
])("chosen by %s", (_, choice, models) => {
  const records = [
    response(1, { model: "a" }),
    response(2, { model: "b" }),
    response(3, { model: "b" }),
    response(1, { model: "c", provider: "p" }),
  ];
  expect(summarise(records, choice).map(({ model }) => model)).toEqual(models);
});
