import { describe, expect, test } from "vitest";
import type { HistoryItem, ToolSpec } from "../../../src/protocol/index.ts";
import { type DroppableParameter, encodeChatBody } from "../../../src/wire/chat/encode.ts";
import type { Dialect } from "../../../src/wire/dialects/dialect.ts";
import { generic } from "../../../src/wire/dialects/generic.ts";
import { groq } from "../../../src/wire/dialects/groq.ts";
import { llamacpp } from "../../../src/wire/dialects/llamacpp.ts";
import { openai } from "../../../src/wire/dialects/openai.ts";
import { assistant, call, output, reasoning, user } from "../../support/items.ts";

const tool: ToolSpec = { name: "shell", description: "Runs.", parameters: { type: "object" } };

function body(items: readonly HistoryItem[], dialect: Dialect = generic): Record<string, unknown> {
  const request = { model: "m", instructions: "SYSTEM", items, tools: [tool] };
  return JSON.parse(encodeChatBody(request, { dialect, refused: new Set() }));
}

function toolCall(id: string, name = "shell", argumentsText = "{}"): object {
  return { id, type: "function", function: { name, arguments: argumentsText } };
}

const said = (content: string) => ({ role: "user", content });
const answered = (content: string) => ({ role: "assistant", content });
const called = (content: string | null, ...calls: object[]) => ({
  role: "assistant",
  content,
  tool_calls: calls,
});
const result = (id: string, content: string) => ({ role: "tool", tool_call_id: id, content });

describe("messages after the system prompt", () => {
  test.each<[string, HistoryItem[], object[]]>([
    ["none", [], []],
    ["user messages in a row are one", [user("a"), user("b"), user("c")], [said("a\n\nb\n\nc")]],
    [
      "parts of a message are joined as they are",
      [
        {
          type: "message",
          role: "user",
          content: [
            { type: "input_text", text: "a" },
            { type: "input_text", text: "b" },
          ],
        },
      ],
      [said("ab")],
    ],
    ["question and answer", [user("q"), assistant("a"), user("r")], [said("q"), answered("a"), said("r")]],
    [
      "calls of a response are one message with its text, outputs at once and in call order",
      [user("q"), assistant("look"), call("1"), call("2"), output("2", "B"), output("1", "A")],
      [said("q"), called("look", toolCall("1"), toolCall("2")), result("1", "A"), result("2", "B")],
    ],
    [
      "calls without text",
      [user("q"), call("1"), output("1", "A")],
      [said("q"), called(null, toolCall("1")), result("1", "A")],
    ],
    [
      "text after the calls of a response is in the same message",
      [user("q"), assistant("a"), call("1"), assistant("b"), output("1", "A")],
      [said("q"), called("a\nb", toolCall("1")), result("1", "A")],
    ],
    [
      "what follows an output is another response",
      [user("q"), call("1"), output("1", "A"), call("2"), output("2", "B"), assistant("end")],
      [
        said("q"),
        called(null, toolCall("1")),
        result("1", "A"),
        called(null, toolCall("2")),
        result("2", "B"),
        answered("end"),
      ],
    ],
    [
      "a missing output is made up next to its call",
      [user("q"), call("1"), call("2"), call("3"), output("2", "B"), user("r")],
      [
        said("q"),
        called(null, toolCall("1"), toolCall("2"), toolCall("3")),
        result("1", "aborted"),
        result("2", "B"),
        result("3", "aborted"),
        said("r"),
      ],
    ],
    [
      "an id that comes back belongs to the later call (Kimi)",
      [user("q"), call("1"), output("1", "A"), call("1"), output("1", "B")],
      [
        said("q"),
        called(null, toolCall("1")),
        result("1", "A"),
        called(null, toolCall("1")),
        result("1", "B"),
      ],
    ],
    [
      "an id that comes back after a call that was interrupted",
      [user("q"), call("1"), user("r"), call("1"), output("1", "B")],
      [
        said("q"),
        called(null, toolCall("1")),
        result("1", "aborted"),
        said("r"),
        called(null, toolCall("1")),
        result("1", "B"),
      ],
    ],
    [
      "a second output of a call changes nothing that was sent",
      [user("q"), call("1"), output("1", "A"), output("1", "B")],
      [said("q"), called(null, toolCall("1")), result("1", "A")],
    ],
    ["an output without a call", [user("q"), output("9", "?"), user("r")], [said("q\n\nr")]],
    [
      "an answer interrupted while thinking leaves no user messages side by side",
      [user("q"), reasoning("hm", "reasoning"), user("r"), reasoning("hm"), user("s"), assistant("a")],
      [said("q\n\nr\n\ns"), answered("a")],
    ],
  ])("%s", (_, items, expected) => {
    expect(body(items)["messages"]).toEqual([{ role: "system", content: "SYSTEM" }, ...expected]);
  });
});

describe("reasoning", () => {
  const withCall = (...thoughts: HistoryItem[]) => [user("q"), ...thoughts, call("1"), output("1", "A")];

  test.each<[string, Dialect, HistoryItem[], object]>([
    [
      "under reasoning_content",
      generic,
      withCall(reasoning("hm", "reasoning_content")),
      { reasoning_content: "hm" },
    ],
    ["under reasoning", generic, withCall(reasoning("hm", "reasoning")), { reasoning: "hm" }],
    ["under reasoning, to llama.cpp", llamacpp, withCall(reasoning("hm", "reasoning")), { reasoning: "hm" }],
    [
      "in parts",
      generic,
      withCall(reasoning("a", "reasoning"), reasoning("b", "reasoning")),
      { reasoning: "ab" },
    ],
    [
      "under two fields",
      generic,
      withCall(reasoning("a", "reasoning"), reasoning("b", "reasoning_content")),
      { reasoning: "a", reasoning_content: "b" },
    ],
    ["inline: not sent back", generic, withCall(reasoning("hm")), {}],
    ["never to OpenAI", openai, withCall(reasoning("hm", "reasoning_content")), {}],
    ["never to Groq", groq, withCall(reasoning("hm", "reasoning")), {}],
  ])("%s", (_, dialect, items, expected) => {
    expect((body(items, dialect)["messages"] as unknown[])[2]).toEqual({
      ...called(null, toolCall("1")),
      ...expected,
    });
  });

  test("of an answer without calls is not sent back", () => {
    const messages = body([user("q"), reasoning("hm", "reasoning"), assistant("a"), user("r")])["messages"];
    expect(messages).toEqual([{ role: "system", content: "SYSTEM" }, said("q"), answered("a"), said("r")]);
  });
});

test.each([
  ['{"command":"ls"}', '{"command":"ls"}'],
  [' {"a": 1}\n', ' {"a": 1}\n'],
  ["{}", "{}"],
  ["", "{}"],
  ['{"command":"l', "{}"],
  ["null", "{}"],
  ["[1]", "{}"],
  ['"text"', "{}"],
])("arguments %j are sent back as %j", (argumentsText, expected) => {
  const messages = body([user("q"), call("1", "shell", argumentsText), output("1", "A")])["messages"];
  expect((messages as unknown[])[2]).toEqual(called(null, toolCall("1", "shell", expected)));
});

describe("the body", () => {
  const request = { model: "m", instructions: "S", items: [], tools: [tool] };
  const functionTool = {
    type: "function",
    function: { name: "shell", description: "Runs.", parameters: { type: "object" } },
  };
  const messages = [{ role: "system", content: "S" }];
  const usage = { stream_options: { include_usage: true } };

  test.each<[string, Dialect, ToolSpec[], DroppableParameter[], object]>([
    ["generic", generic, [tool], [], { tools: [functionTool], stream: true, ...usage }],
    ["stream_options refused", generic, [tool], ["stream_options"], { tools: [functionTool], stream: true }],
    ["openai", openai, [tool], [], { tools: [functionTool], stream: true, ...usage }],
    ["no tools", generic, [], [], { stream: true, ...usage }],
    ["llama.cpp", llamacpp, [], [], { stream: true, ...usage, return_progress: true }],
    ["return_progress refused", llamacpp, [], ["return_progress"], { stream: true, ...usage }],
  ])("%s: these keys and no others", (_, dialect, tools, refused, expected) => {
    const text = encodeChatBody({ ...request, tools }, { dialect, refused: new Set(refused) });
    expect(JSON.parse(text)).toEqual({ model: "m", messages, ...expected });
  });
});
