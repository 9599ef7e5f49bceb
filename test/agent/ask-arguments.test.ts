import { expect, test } from "vitest";
import { argumentsRequest, readArguments } from "../../src/agent/ask-arguments.ts";
import type { HistoryItem, ToolSpec } from "../../src/protocol/index.ts";
import type { Completion, ModelEnd } from "../../src/wire/index.ts";
import { assistant, call, output, plainCompletion, reasoning, user } from "../support/items.ts";

function completed(items: readonly HistoryItem[], difference: Partial<Completion> = {}): ModelEnd {
  return { type: "completed", items, completion: { ...plainCompletion, ...difference } };
}

const withCall: HistoryItem = { ...call("9"), name: "shell", arguments: '{"command":"ls"}' };

test.each<[string, ModelEnd, string | undefined]>([
  ["JSON", completed([assistant('{"command":"ls"}')]), '{"command":"ls"}'],
  ["after thinking", completed([reasoning("hm"), assistant(' {"command":"ls"}\n')]), '{"command":"ls"}'],
  ["in a fence", completed([assistant('```json\n{"command":"ls"}\n```')]), '{"command":"ls"}'],
  ["a call of that tool instead", completed([withCall], { finish: "tool_calls" }), '{"command":"ls"}'],
  [
    "a call of another tool",
    completed([{ ...withCall, name: "other" }], { finish: "tool_calls" }),
    undefined,
  ],
  [
    "a call that did not arrive whole",
    completed([withCall], { invalidCalls: [{ id: "9", name: "shell", argumentsText: "{" }] }),
    undefined,
  ],
  ["cut off, though it can be read", completed([assistant("{}")], { finish: "length" }), undefined],
  ["words", completed([assistant("Sure! Here they are.")]), undefined],
  ["a list", completed([assistant("[]")]), undefined],
  ["nothing", completed([]), undefined],
  ["interrupted", { type: "interrupted", partial: [] }, undefined],
  ["failed", { type: "failed", error: { kind: "server", message: "no" }, partial: [] }, undefined],
])("%s", (_name, end, expected) => {
  expect(readArguments(end, "shell")).toBe(expected);
});

test("the request is the one before, with the failed call answered and the question put after it", () => {
  const spec: ToolSpec = { name: "shell", description: "d", parameters: { type: "object", properties: {} } };
  const request = { model: "m", instructions: "S", items: [user("q"), call("1")], tools: [spec] };
  const failed = { call: call("1"), spec, problem: "no JSON" };
  const asked = argumentsRequest(request, failed);
  expect(asked).toEqual({
    ...request,
    items: [
      user("q"),
      call("1"),
      output("1", "no JSON"),
      user(
        "The arguments of your call of shell can't be read. Answer with these arguments alone: one JSON object, nothing before it and nothing after it.",
      ),
    ],
    answerSchema: { name: "shell", schema: { type: "object", properties: {} } },
  });
  expect(request.items).toEqual([user("q"), call("1")]);
});
