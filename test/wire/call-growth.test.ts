import { expect, test } from "vitest";
import { createChatDecoder } from "../../src/wire/chat/decode.ts";
import type { ModelEvent } from "../../src/wire/index.ts";
import { createResponsesDecoder } from "../../src/wire/responses/decode.ts";

/** What the arguments of calls grow by, as the loop guard sees it: nothing twice, though servers say much twice. */

const options = { offeredTools: [], newCallId: () => "made", thinkingStart: "tagged" } as const;

const chat = (calls: readonly object[]) => ({ choices: [{ index: 0, delta: { tool_calls: calls } }] });
const part = (args: string, index = 0) => ({ index, function: { arguments: args } });
const first = { index: 0, id: "1", function: { name: "shell", arguments: "" } };

test.each<[string, object[], string]>([
  ["delta by delta", [chat([first]), chat([part('{"a":')]), chat([part("1}")])], '{"a":1}'],
  ["in one piece", [chat([{ index: 0, id: "1", function: { name: "shell", arguments: "{}" } }])], "{}"],
  ["two calls", [chat([first, part("{}", 1)]), chat([part('{"b":2}')])], '{}{"b":2}'],
  [
    "the whole once more at the end",
    [
      chat([first]),
      chat([part('{"a":1}')]),
      chat([{ ...first, function: { name: "shell", arguments: '{"a":1}' } }]),
    ],
    '{"a":1}',
  ],
  ["text is none", [{ choices: [{ index: 0, delta: { content: "hello" } }] }], ""],
])("Chat Completions: %s", (_, chunks, grown) => {
  const decoder = createChatDecoder(options);
  const events: ModelEvent[] = [];
  for (const chunk of chunks) {
    decoder.push({ event: "", data: JSON.stringify(chunk) }, events);
  }
  expect(growth(events)).toBe(grown);
});

test("Responses", () => {
  const item = { type: "function_call", id: "fc", call_id: "1", name: "shell", arguments: "" };
  const delta = (text: string) => ({
    type: "response.function_call_arguments.delta",
    item_id: "fc",
    output_index: 0,
    delta: text,
  });
  const decoder = createResponsesDecoder(options);
  const events: ModelEvent[] = [];
  for (const value of [
    { type: "response.output_item.added", output_index: 0, item },
    delta('{"a":'),
    delta("1}"),
    { type: "response.function_call_arguments.done", item_id: "fc", output_index: 0, arguments: '{"a":1}' },
    { type: "response.output_item.done", output_index: 0, item: { ...item, arguments: '{"a":1}' } },
  ]) {
    decoder.push({ event: value.type, data: JSON.stringify(value) }, events);
  }
  expect(growth(events)).toBe('{"a":1}');
});

function growth(events: readonly ModelEvent[]): string {
  return events.map((event) => (event.type === "call-delta" ? event.text : "")).join("");
}
