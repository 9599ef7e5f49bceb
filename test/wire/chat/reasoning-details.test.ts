import { expect, test } from "vitest";
import { createChatDecoder } from "../../../src/wire/chat/decode.ts";
import { createReasoningDetails } from "../../../src/wire/chat/reasoning-details.ts";

const text = (fields: object) => ({ type: "reasoning.text", format: "f", index: 0, ...fields });

test.each<[string, unknown[], unknown[]]>([
  ["none", [undefined, null, "x", [], [7]], []],
  [
    "pieces of one, signed at its end",
    [[text({ text: "a", signature: null })], [text({ text: "b" })], [text({ signature: "s" })]],
    [text({ text: "ab", signature: "s" })],
  ],
  [
    "another index",
    [[text({ text: "a" }), text({ text: "b", index: 1 })], [text({ text: "c", index: 1 })]],
    [text({ text: "a" }), text({ text: "bc", index: 1 })],
  ],
  [
    "without an index, a signature ends a block",
    [
      [{ type: "reasoning.text", text: "a" }],
      [{ type: "reasoning.text", signature: "s" }],
      [{ type: "reasoning.text", text: "b" }],
    ],
    [
      { type: "reasoning.text", text: "a", signature: "s" },
      { type: "reasoning.text", text: "b" },
    ],
  ],
  [
    "summaries",
    [
      [{ type: "reasoning.summary", summary: "a", index: 0 }],
      [{ type: "reasoning.summary", summary: "b", index: 0 }],
    ],
    [{ type: "reasoning.summary", summary: "ab", index: 0 }],
  ],
  [
    "encrypted ones are whole",
    [
      [{ type: "reasoning.encrypted", data: "a", id: "1" }],
      [{ type: "reasoning.encrypted", data: "b", id: "2", more: { x: [1] } }],
    ],
    [
      { type: "reasoning.encrypted", data: "a", id: "1" },
      { type: "reasoning.encrypted", data: "b", id: "2", more: { x: [1] } },
    ],
  ],
  [
    "prototype names",
    [[JSON.parse('{"type":"t","__proto__":{"x":1}}')]],
    [JSON.parse('{"type":"t","__proto__":{"x":1}}')],
  ],
])("%s", (_, deltas, expected) => {
  const details = createReasoningDetails();
  for (const delta of deltas) {
    details.add(delta);
  }
  expect(details.finish()).toEqual(expected);
});

test("too much is nothing, since a part of it would be refused", () => {
  const details = createReasoningDetails();
  for (let count = 0; count < 20_000; count += 1) {
    details.add([text({ text: "a", index: count })]);
  }
  expect(details.finish()).toEqual([]);
});

const ENCRYPTED = { type: "reasoning.encrypted", data: "x", id: "1" };

test.each<[string, object[], unknown[]]>([
  [
    "with the thinking they came with",
    [{ reasoning: "a", reasoning_details: [text({ text: "a" })] }, { content: "b" }],
    [
      {
        type: "reasoning",
        content: [{ type: "reasoning_text", text: "a" }],
        field: "reasoning_details",
        details: [text({ text: "a" })],
      },
      { type: "message" },
    ],
  ],
  [
    "alone",
    [{ content: "b" }, { reasoning_details: [ENCRYPTED] }],
    [
      { type: "reasoning", content: [], field: "reasoning_details", details: [ENCRYPTED] },
      { type: "message" },
    ],
  ],
])("kept %s", (_, deltas, expected) => {
  const decoder = createChatDecoder({ offeredTools: [], newCallId: () => "made", thinkingStart: "tagged" });
  for (const delta of deltas) {
    decoder.push({ event: "", data: JSON.stringify({ choices: [{ delta }] }) }, []);
  }
  expect(decoder.end([]).items).toMatchObject(expected);
});
