import { expect, test } from "vitest";
import { prefillDurationMs, tokenIntervalMs } from "../../src/practice/pace.ts";
import { splitTokens } from "../../src/practice/tokens.ts";

test("a human pace is about 30 tokens a second, uneven and the same every time", () => {
  const intervals = Array.from({ length: 300 }, (_, index) => tokenIntervalMs("human", index));
  const total = intervals.reduce((sum, interval) => sum + interval, 0);
  expect(300 / (total / 1000)).toBeCloseTo(30, 0);
  expect(Math.min(...intervals)).toBeGreaterThan(20);
  expect(Math.max(...intervals)).toBeLessThan(45);
  expect(new Set(intervals).size).toBeGreaterThan(100);
  expect(tokenIntervalMs("human", 7)).toBe(tokenIntervalMs("human", 7));
});

test("a stated pace is even, and full waits for nothing", () => {
  expect(tokenIntervalMs({ tokens_per_second: 80 }, 5)).toBe(12.5);
  expect(tokenIntervalMs("full", 5)).toBe(0);
});

test.each([
  [0, 300],
  [1500, 1000],
  [1_000_000, 2500],
])("reading %d tokens takes %d ms", (tokens, ms) => {
  expect(prefillDurationMs(tokens)).toBe(ms);
});

test.each([
  ["", []],
  ["Let me see.", ["Let", " me", " see."]],
  ["  two\n\nlines ", [" ", " two", "\n", "\nlines", " "]],
  ["读 file，好", ["读", " file", "，", "好"]],
  ["extraordinarily long", ["extraordinar", "ily", " long"]],
  ["👍🏽 ok \ud800", ["👍🏽", " ok", " \ud800"]],
])("%j is split into tokens that join to the same text", (text, tokens) => {
  expect(splitTokens(text)).toEqual(tokens);
  expect(splitTokens(text).join("")).toBe(text);
});
