import { expect, test } from "vitest";
import { createChatDecoder } from "../../../src/wire/chat/decode.ts";
import type { ModelEvent } from "../../../src/wire/index.ts";

/** Harmony in a whole response: what becomes of its segments, and which calls may be run. */

const CALL = '<|channel|>commentary to=functions.bash <|constrain|>json<|message|>{"c":1}';

function decode(deltas: readonly object[], finishReason: string) {
  let made = 0;
  const decoder = createChatDecoder({
    offeredTools: [{ name: "bash", description: "", parameters: {} }],
    newCallId: () => `made_${++made}`,
    thinkingStart: "tagged",
  });
  const events: ModelEvent[] = [];
  for (const choice of [...deltas.map((delta) => ({ delta })), { delta: {}, finish_reason: finishReason }]) {
    decoder.push({ event: "message", data: JSON.stringify({ choices: [choice] }) }, events);
  }
  const { items, completion } = decoder.end(events);
  return {
    calls: items.flatMap((item) => (item.type === "function_call" ? [[item.call_id, item.arguments]] : [])),
    text: items.flatMap((item) =>
      item.type === "message" ? item.content.flatMap((part) => ("text" in part ? [part.text] : [])) : [],
    ),
    finish: completion.finish,
    invalid: completion.invalidCalls,
    isEmpty: completion.isEmpty,
    events: events.map(({ type }) => type),
  };
}

test("two equal calls are two, each with an id of its own", () => {
  expect(decode([{ content: `${CALL}<|end|><|start|>assistant${CALL}` }], "stop")).toEqual({
    calls: [
      ["made_1", '{"c":1}'],
      ["made_2", '{"c":1}'],
    ],
    text: [],
    finish: "tool_calls",
    invalid: [],
    isEmpty: false,
    events: ["call-delta"],
  });
});

test("a call beside one that came as such", () => {
  const call = { index: 0, id: "a", function: { name: "bash", arguments: '{"c":2}' } };
  expect(decode([{ content: CALL }, { tool_calls: [call] }], "tool_calls")).toMatchObject({
    calls: [
      ["a", '{"c":2}'],
      ["made_1", '{"c":1}'],
    ],
    finish: "tool_calls",
  });
});

test.each([
  ["arguments that are not whole", CALL.slice(0, -1), '{"c":1'],
  ["arguments that seem whole", CALL, '{"c":1}'],
  ["nothing but its head", CALL.slice(0, CALL.indexOf("<|message|>")), ""],
])("a call cut off by the output limit is not run: %s", (_, content, argumentsText) => {
  expect(decode([{ content }], "length")).toMatchObject({
    finish: "length",
    invalid: [{ id: "made_1", name: "bash", argumentsText }],
    isEmpty: true,
  });
});

test("what is dropped leaves the answer empty", () => {
  const content = "<|channel|>analysis to=python code<|message|>print(1)<|call|>";
  expect(decode([{ content }], "stop")).toEqual({
    calls: [],
    text: [],
    finish: "stop",
    invalid: [],
    isEmpty: true,
    events: [],
  });
});

test("thinking tags are none in a Harmony answer, and still are in any other", () => {
  expect(decode([{ content: "<|channel|>final<|message|><think>a</think>b" }], "stop").text).toEqual([
    "<think>a</think>b",
  ]);
  expect(decode([{ content: "<think>a</think>b" }], "stop").text).toEqual(["b"]);
});

test("reasoning in its own field, the rest as Harmony", () => {
  expect(
    decode([{ reasoning: "hm" }, { content: "<|start|>assistant<|channel|>final<|message|>Hi" }], "stop"),
  ).toMatchObject({ text: ["Hi"], events: ["reasoning-delta", "text-delta"] });
});
