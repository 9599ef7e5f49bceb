import { describe, expect, test } from "vitest";
import { type CutReason, createStreamWatch } from "../../../src/agent/guard/stream-watch.ts";
import type { ModelEvent } from "../../../src/wire/index.ts";

const ON = { repeatedCalls: true, repeatedText: true, unfinishedAnswers: true };

const thought = (text: string): ModelEvent => ({ type: "reasoning-delta", text });
const said = (text: string): ModelEvent => ({ type: "text-delta", text });
const called = (text: string): ModelEvent => ({ type: "call-delta", text });
const discarded: ModelEvent = { type: "response-discarded" };

/** The number of the event at which it was cut, and why. */
function play(
  settings: Parameters<typeof createStreamWatch>[0],
  events: readonly ModelEvent[],
): [number, CutReason] | undefined {
  const watch = createStreamWatch(settings);
  for (const [index, event] of events.entries()) {
    const reason = watch.push(event);
    if (reason !== undefined) {
      return [index, reason];
    }
  }
  return undefined;
}

describe("what repeats itself is found by its place", () => {
  const unit = "I check the file. ";
  const many = unit.repeat(150);
  test.each<[string, ModelEvent[], [number, CutReason] | undefined]>([
    ["thinking", [thought(many)], [0, { kind: "repeated-text", place: "reasoning", unit }]],
    ["text", [thought("hm"), said(many)], [1, { kind: "repeated-text", place: "text", unit }]],
    [
      "arguments",
      [called(many), called(unit.repeat(600))],
      [1, { kind: "repeated-text", place: "arguments", unit }],
    ],
    ["arguments that a file may well have", [called(many), called(many)], undefined],
    [
      "text between which other things come",
      Array.from({ length: 300 }, () => [said(unit), thought(" "), called("")]).flat(),
      [339, { kind: "repeated-text", place: "text", unit }],
    ],
    [
      "half before a new attempt, half after it",
      [said(unit.repeat(100)), discarded, said(unit.repeat(100))],
      undefined,
    ],
    ["other events", [{ type: "prefill-progress", progress: { processed: 1, total: 2 } }], undefined],
  ])("%s", (_, events, found) => {
    expect(play(ON, events)).toEqual(found);
  });

  test("switched off", () => {
    const events = [thought(many), said(many), discarded, said(many), called(unit.repeat(600))];
    expect(play({ ...ON, repeatedText: false }, events)).toBe(undefined);
  });
});

describe("the budget for thinking", () => {
  const budget = { ...ON, reasoningBudget: 100 };
  const words = (tokens: number) =>
    Array.from({ length: tokens }, (_, index) => thought(String(1000 + index)));
  test.each<[string, ModelEvent[], [number, CutReason] | undefined]>([
    ["just spent", words(100), undefined],
    ["overdrawn", words(101), [100, { kind: "reasoning-budget", tokens: 101 }]],
    ["at once", [thought("abcd".repeat(300))], [0, { kind: "reasoning-budget", tokens: 300 }]],
    ["in Chinese", [thought("思".repeat(150))], [0, { kind: "reasoning-budget", tokens: 113 }]],
    ["an answer begins it anew", [...words(90), said("So:"), ...words(90)], undefined],
    ["a call does", [...words(90), called("{"), ...words(90)], undefined],
    [
      "a blank line does not",
      [...words(90), said("\n\n"), ...words(90)],
      [101, { kind: "reasoning-budget", tokens: 101 }],
    ],
    ["a new attempt does", [...words(90), discarded, ...words(90)], undefined],
    ["text has none", Array.from({ length: 300 }, (_, index) => said(`${index} apples `)), undefined],
  ])("%s", (_, events, found) => {
    expect(play(budget, events)).toEqual(found);
  });

  test.each([said("So:"), called("{")])(
    "an answer or a call that follows at once makes up for it",
    (event) => {
      const watch = createStreamWatch(budget);
      expect(watch.push(thought("abcd".repeat(300)))).toEqual({ kind: "reasoning-budget", tokens: 300 });
      expect(watch.push(said("\n"))).toEqual({ kind: "reasoning-budget", tokens: 300 });
      expect(watch.push(event)).toBe(undefined);
    },
  );

  test("but not for what repeats itself", () => {
    const watch = createStreamWatch(budget);
    const reason = watch.push(thought("I check it. ".repeat(300)));
    expect(reason).toMatchObject({ kind: "repeated-text", place: "reasoning" });
    expect(watch.push(said("So:"))).toBe(reason);
  });

  test("not set, thinking is as long as it likes", () => {
    expect(play(ON, words(5000))).toBe(undefined);
    expect(play({ ...ON, reasoningBudget: 0 }, words(5000))).toBe(undefined);
  });
});
