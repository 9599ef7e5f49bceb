import { expect, test } from "vitest";
import { createResponsesDecoder } from "../../../src/wire/responses/decode.ts";
import { type Endless, growthOfWork } from "../../support/endless.ts";

/** Answers of the Responses API that never end: each piece costs what it weighs. */

const event = (type: string, fields: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const added = (index: number, item: object) =>
  event("response.output_item.added", { output_index: index, item });
const done = (index: number, item: object) =>
  event("response.output_item.done", { output_index: index, item });
const message = { type: "message", id: "m", role: "assistant", content: [] };
const callItem = (id: string) => ({
  type: "function_call",
  id,
  call_id: `c${id}`,
  name: "shell",
  arguments: "",
});

const ENDLESS: readonly Endless[] = [
  ...["word ", "<", "{", "<tool_call>", "<think>", "```"].map((text) => ({
    name: `${JSON.stringify(text)} as text`,
    head: added(0, message),
    frame: () =>
      event("response.output_text.delta", { item_id: "m", output_index: 0, content_index: 0, delta: text }),
  })),
  {
    name: "text without an item",
    frame: () => event("response.output_text.delta", { delta: "a" }),
  },
  {
    name: "thinking",
    frame: () => event("response.reasoning_text.delta", { item_id: "r", output_index: 0, delta: "a" }),
  },
  {
    name: "arguments",
    head: added(0, callItem("1")),
    frame: () =>
      event("response.function_call_arguments.delta", { item_id: "1", output_index: 0, delta: "}" }),
  },
  {
    name: "arguments told whole, again and again",
    head: added(0, callItem("1")),
    frame: () =>
      event("response.function_call_arguments.done", { item_id: "1", output_index: 0, arguments: "{}" }),
  },
  { name: "calls", frame: (n) => added(n, callItem(String(n))) },
  { name: "calls in one place", frame: (n) => added(0, callItem(String(n))) },
  { name: "calls of one id", frame: (n) => added(n, callItem("same")) },
  { name: "calls, done", frame: (n) => done(n, { ...callItem(String(n)), arguments: "{}" }) },
  { name: "calls without a place", frame: () => event("response.output_item.done", { item: callItem("1") }) },
  { name: "messages", frame: (n) => added(n, { ...message, id: `m${n}` }) },
  {
    name: "messages, done",
    frame: (n) => done(n, { ...message, id: `m${n}`, content: [{ type: "output_text", text: "a" }] }),
  },
  {
    name: "parts of a message",
    frame: (n) =>
      event("response.output_text.delta", { item_id: "m", output_index: 0, content_index: n, delta: "a" }),
  },
  {
    name: "thinking items",
    frame: (n) => done(n, { type: "reasoning", id: `r${n}`, summary: [{ type: "summary_text", text: "a" }] }),
  },
  { name: "events nobody knows", frame: () => event("response.unheard_of", { a: 1 }) },
];

function createDecoder() {
  return createResponsesDecoder({
    offeredTools: [{ name: "shell", description: "", parameters: { type: "object" } }],
    newCallId: () => "made",
    thinkingStart: "tagged",
  });
}

test.each(ENDLESS)("$name", (endless) => {
  expect(growthOfWork(createDecoder, endless)).toBeLessThan(1.3);
});
