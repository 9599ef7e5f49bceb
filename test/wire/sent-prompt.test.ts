import { describe, expect, test } from "vitest";
import { sentPrompt } from "../../src/wire/sent-prompt.ts";

const system = { role: "system", content: "Be brief." };
const tool = (name: string, description = "d") => ({
  type: "function",
  function: { name, description, parameters: {} },
});
const user = (content: unknown) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });

function chat(messages: readonly object[], more: object = {}): object {
  return {
    model: "m",
    messages: [system, ...messages],
    tools: [tool("shell"), tool("read_file")],
    stream: true,
    ...more,
  };
}

interface Row {
  readonly what: string;
  readonly before: object;
  readonly after: object;
  readonly change?: object;
  /** Of the earlier prompt, in hundredths. */
  readonly shared: number;
}

const long = "x".repeat(1_000);

describe("two prompts, one after the other", () => {
  test.each<Row>([
    {
      what: "goes on",
      before: chat([user("a")]),
      after: chat([user("a"), assistant("b"), user("c")]),
      shared: 100,
    },
    {
      what: "more words of the user's join those that wait for an answer",
      before: chat([user("a")]),
      after: chat([user("a\n\nb")]),
      shared: 100,
    },
    {
      what: "what is no part of the prompt may change",
      before: chat([user("a")], { stream: true, max_tokens: 5 }),
      after: chat([user("a"), assistant("b")], { stream: false, tool_choice: "none", response_format: {} }),
      shared: 100,
    },
    {
      what: "a message in the middle is another",
      before: chat([user("a"), assistant(`${long}1${long}`), user("c")]),
      after: chat([user("a"), assistant(`${long}2${long}`), user("c")]),
      change: {
        part: "message",
        index: 1,
        role: "assistant",
        before: `${"x".repeat(12)}1${"x".repeat(39)}`,
        after: `${"x".repeat(12)}2${"x".repeat(39)}`,
      },
      shared: 55,
    },
    {
      what: "the last message is gone",
      before: chat([user("a"), assistant("b")]),
      after: chat([user("a")]),
      change: {
        part: "message",
        index: 1,
        role: "assistant",
        before: '{"role":"assistant","content":"b"}',
        after: "",
      },
      shared: 87,
    },
    {
      what: "a tool is described in other words",
      before: chat([user(long)]),
      after: chat([user(long)], { tools: [tool("shell"), tool("read_file", "e")] }),
      change: { part: "tools", name: "read_file" },
      shared: 12,
    },
    {
      what: "a tool came to them",
      before: chat([user(long)]),
      after: chat([user(long)], { tools: [tool("shell"), tool("read_file"), tool("mcp")] }),
      change: { part: "tools", name: "mcp" },
      shared: 13,
    },
    {
      what: "the tools are gone: described in the system prompt, where the server refuses them",
      before: chat([user(long)]),
      after: { ...chat([user(long)]), tools: undefined },
      change: { part: "tools", name: "shell" },
      shared: 0,
    },
    {
      what: "the system prompt is another",
      before: chat([user(long)]),
      after: { ...chat([]), messages: [{ ...system, content: "Be quick." }, user(long)] },
      change: { part: "instructions" },
      shared: 16,
    },
    {
      what: "the system prompt is in the first message of the user's",
      before: chat([user("a")]),
      after: { ...chat([]), messages: [user("Be brief.\n\na")] },
      change: { part: "instructions" },
      shared: 75,
    },
    {
      what: "how hard to think stands in front of all",
      before: chat([user(long)], { reasoning_effort: "low" }),
      after: chat([user(long)], { reasoning_effort: "high" }),
      change: { part: "setting", name: "reasoning_effort" },
      shared: 0,
    },
    {
      what: "and was refused",
      before: chat([user(long)], { reasoning_effort: "low" }),
      after: chat([user(long)]),
      change: { part: "setting", name: "reasoning_effort" },
      shared: 0,
    },
    {
      what: "the Responses API",
      before: { model: "m", instructions: "S", input: [user("a")], tools: [] },
      after: {
        model: "m",
        instructions: "S",
        input: [user("b"), { type: "function_call", name: "shell" }],
        tools: [],
      },
      change: {
        part: "message",
        index: 0,
        role: "user",
        before: ',"content":"a"}',
        after: ',"content":"b"}',
      },
      shared: 90,
    },
  ])("$what", ({ before, after, change, shared }) => {
    const compared = sentPrompt(JSON.stringify(after)).compareWith(sentPrompt(JSON.stringify(before)));
    expect({ ...compared, sharedPart: Math.floor(compared.sharedPart * 100) }).toEqual({
      sharedPart: shared,
      ...(change === undefined ? {} : { change }),
    });
  });

  test("a body that is no object is compared with nothing", () => {
    expect(sentPrompt("null").compareWith(sentPrompt("nonsense"))).toEqual({ sharedPart: 1 });
  });
});
