import { expect, test } from "vitest";
import { createChatDecoder } from "../../../src/wire/chat/decode.ts";
import type { ModelEvent } from "../../../src/wire/index.ts";

const CALL = '<tool_call>{"name":"list","arguments":{}}</tool_call>';
const NATIVE = { index: 0, id: "n", function: { name: "list", arguments: "{}" } };

const CASES = [
  { title: "stop means calls", content: CALL, finish: "stop", runnable: ["made_1"], ends: "tool_calls" },
  {
    title: "a call cut by the limit",
    content: CALL.slice(0, -20),
    finish: "length",
    invalid: ["list"],
    ends: "length",
  },
  {
    title: "a call that seems whole at the limit",
    content: CALL,
    finish: "length",
    invalid: ["list"],
    ends: "length",
  },
  {
    title: "no finish reason",
    content: CALL,
    finish: undefined,
    invalid: ["list"],
    ends: "incomplete",
  },
  {
    title: "native calls come first",
    content: CALL,
    native: NATIVE,
    finish: "stop",
    runnable: ["n", "made_1"],
    ends: "tool_calls",
  },
] as const;

test.each(CASES)("$title", (row) => {
  let made = 0;
  const decoder = createChatDecoder({
    offeredTools: [{ name: "list", description: "", parameters: { type: "object" } }],
    newCallId: () => `made_${++made}`,
    thinkingStart: "tagged",
  });
  const events: ModelEvent[] = [];
  const send = (delta: object, finish?: string) =>
    decoder.push(
      { event: "message", data: JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] }) },
      events,
    );
  send({ content: row.content });
  if ("native" in row) {
    send({ tool_calls: [row.native] });
  }
  send({}, row.finish);
  const { items, completion } = decoder.end(events);

  const invalidIds = completion.invalidCalls.map((call) => call.id);
  expect(completion.finish).toBe(row.ends);
  expect(completion.invalidCalls.map((call) => call.name)).toEqual("invalid" in row ? row.invalid : []);
  expect(
    items.flatMap((item) =>
      item.type === "function_call" && !invalidIds.includes(item.call_id) ? [item.call_id] : [],
    ),
  ).toEqual("runnable" in row ? row.runnable : []);
  expect(items.some((item) => item.type === "message")).toBe(false);
});

test("what was mended in a call is told", () => {
  const decoder = createChatDecoder({
    offeredTools: [{ name: "list", description: "", parameters: { type: "object" } }],
    newCallId: () => "made",
    thinkingStart: "tagged",
  });
  const calls = [
    '{"name":"list","arguments":{"a":"x\ny",}}',
    '{"name":"list","arguments":"{\\"a\\":1}"}',
    '```json\n{"name":"list"}\n```',
    '{"name":"list","arguments":{}}}',
    '{"name":"list","arguments":{}}',
  ];
  const content = calls.map((call) => `<tool_call>${call}</tool_call>`).join("\n");
  const choice = { delta: { content }, finish_reason: "stop" };
  decoder.push({ event: "", data: JSON.stringify({ choices: [choice] }) }, []);
  expect(decoder.end([]).completion).toMatchObject({
    invalidCalls: [],
    repairs: [
      { name: "list", repairs: ["raw line breaks", "trailing commas"] },
      { name: "list", repairs: ["JSON in a string"] },
      { name: "list", repairs: ["code fence"] },
      { name: "list", repairs: ["surplus brackets"] },
    ],
  });
});
