import { describe, expect, test } from "vitest";
import type { HistoryItem, ToolSpec } from "../../../src/protocol/index.ts";
import { createChatDecoder } from "../../../src/wire/chat/decode.ts";
import { encodeChatBody } from "../../../src/wire/chat/encode.ts";
import type { Dialect } from "../../../src/wire/dialects/dialect.ts";
import { generic } from "../../../src/wire/dialects/generic.ts";
import type { ModelRequest } from "../../../src/wire/model-request.ts";
import { dialectOf, learnt } from "../../support/dialects.ts";
import { assistant, call, output, reasoning, user } from "../../support/items.ts";

const groq = dialectOf({ hostname: "api.groq.com" });
const openai = dialectOf({ hostname: "api.openai.com" });
const llamacpp = dialectOf({ providerId: "llamacpp" });
const alternating = learnt(generic, { model: { rolesMustAlternate: true } });

const tool: ToolSpec = { name: "shell", description: "Runs.", parameters: { type: "object" } };

function body(items: readonly HistoryItem[], dialect: Dialect = generic): Record<string, unknown> {
  const request = { model: "m", instructions: "SYSTEM", items, tools: [tool] };
  return JSON.parse(encodeChatBody(request, dialect));
}

function toolCall(id: string, name = "shell", argumentsText = "{}"): object {
  return { id, type: "function", function: { name, arguments: argumentsText } };
}

function messagesOf(items: readonly HistoryItem[], dialect?: Dialect): Record<string, unknown>[] {
  return body(items, dialect)["messages"] as Record<string, unknown>[];
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
    [
      "blank text is none",
      [user("q"), assistant("\n\n"), call("1"), output("1", "A"), assistant(" "), user("r")],
      [said("q"), called(null, toolCall("1")), result("1", "A"), said("r")],
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
    ["to llama.cpp", llamacpp, withCall(reasoning("hm", "reasoning")), { content: "", reasoning: "hm" }],
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
    ["under a field that is none of thinking", generic, withCall(reasoning("hm", "role")), {}],
    ["__proto__", generic, withCall(reasoning("hm", "__proto__")), {}],
    [
      "OpenRouter's details verbatim, and not the text again",
      generic,
      withCall({
        ...reasoning("hm", "reasoning_details"),
        details: [{ type: "reasoning.encrypted", data: "x" }],
      }),
      { reasoning_details: [{ type: "reasoning.encrypted", data: "x" }] },
    ],
    [
      "details that nest without end are left out",
      generic,
      withCall({
        ...reasoning("hm", "reasoning_details"),
        details: [JSON.parse("[".repeat(5000) + "]".repeat(5000)), { a: 1 }],
      }),
      { reasoning_details: [{ a: 1 }] },
    ],
    [
      "to Cerebras under the one field it takes",
      dialectOf({ hostname: "api.cerebras.ai" }),
      withCall(reasoning("a", "reasoning_content"), reasoning("b", "reasoning"), reasoning("c")),
      { reasoning: "ab" },
    ],
    [
      "to DeepSeek, inline thinking too",
      dialectOf({ hostname: "api.deepseek.com" }),
      withCall(reasoning("hm")),
      { reasoning_content: "hm" },
    ],
    [
      "to DeepSeek, where there is none",
      dialectOf({ hostname: "api.deepseek.com" }),
      withCall(),
      { reasoning_content: "" },
    ],
    ["never to OpenAI", openai, withCall(reasoning("hm", "reasoning_content")), {}],
    ["never to Groq", groq, withCall(reasoning("hm", "reasoning")), {}],
  ])("%s", (_, dialect, items, expected) => {
    expect((body(items, dialect)["messages"] as unknown[])[2]).toEqual({
      ...called(null, toolCall("1")),
      ...expected,
    });
  });

  test("as parts of the content to Mistral", () => {
    const dialect = dialectOf({ hostname: "api.mistral.ai" });
    const thinking = { type: "thinking", thinking: [{ type: "text", text: "hm" }] };
    const content = (...items: HistoryItem[]) =>
      messagesOf([user("q"), ...items, call("123456789"), output("123456789", "A")], dialect)[2]?.["content"];
    expect(content(reasoning("hm"), assistant("look"))).toEqual([thinking, { type: "text", text: "look" }]);
    expect(content(reasoning("hm", "reasoning"))).toEqual([thinking]);
    expect(content(assistant("look"))).toBe("look");
    expect(content()).toBeNull();
  });

  test("of an answer without calls is sent back only where every message must have some", () => {
    const items = [user("q"), reasoning("hm", "reasoning"), assistant("a"), user("r")];
    expect(messagesOf(items).slice(1)).toEqual([said("q"), answered("a"), said("r")]);
    expect(messagesOf(items, learnt(generic, { model: { wantsReasoningReplay: true } })).slice(1)).toEqual([
      said("q"),
      { ...answered("a"), reasoning_content: "hm" },
      said("r"),
    ]);
  });
});

describe("templates", () => {
  const noSystem = learnt(generic, { model: { refusesSystemRole: true } });
  const system = { role: "system", content: "SYSTEM" };
  test.each<[string, Dialect, HistoryItem[], object[]]>([
    [
      "without a system role",
      noSystem,
      [user("q"), assistant("a"), user("r")],
      [said("SYSTEM\n\nq"), answered("a"), said("r")],
    ],
    ["without a system role, nothing said", noSystem, [], [said("SYSTEM")]],
    [
      "without a system role, the assistant first",
      noSystem,
      [assistant("a")],
      [said("SYSTEM"), answered("a")],
    ],
    [
      "alternating: something of the assistant between a result and the user",
      alternating,
      [user("q"), call("1"), output("1", "A"), user("r")],
      [
        system,
        said("q"),
        called(null, toolCall("1")),
        result("1", "A"),
        answered("(interrupted)"),
        said("r"),
      ],
    ],
    [
      "alternating: thinking that was interrupted is nothing",
      alternating,
      [user("q"), call("1"), reasoning("hm"), user("r"), reasoning("hm"), user("s")],
      [
        system,
        said("q"),
        called(null, toolCall("1")),
        result("1", "aborted"),
        answered("(interrupted)"),
        said("r\n\ns"),
      ],
    ],
    [
      "alternating: the user is first",
      alternating,
      [assistant("a"), user("q")],
      [system, said("(continued)"), answered("a"), said("q")],
    ],
    [
      "free: nothing is put in between",
      generic,
      [user("q"), call("1"), output("1", "A"), user("r")],
      [system, said("q"), called(null, toolCall("1")), result("1", "A"), said("r")],
    ],
    [
      "answers in a row are one, also around an output of no call",
      generic,
      [user("q"), assistant("a"), output("9", "?"), assistant("b"), call("1"), output("1", "A")],
      [system, said("q"), called("a\nb", toolCall("1")), result("1", "A")],
    ],
    [
      "without text beside calls",
      learnt(generic, { model: { refusesTextBesideCalls: true } }),
      [user("q"), assistant("look"), call("1"), output("1", "A"), assistant("a")],
      [system, said("q"), called(null, toolCall("1")), result("1", "A"), answered("a")],
    ],
    [
      "one call a message: parallel ones follow one another, text and thinking stand beside the first",
      learnt(generic, { model: { refusesParallelCalls: true } }),
      [
        user("q"),
        reasoning("hm", "reasoning"),
        assistant("look"),
        call("1"),
        call("2"),
        output("2", "B"),
        output("1", "A"),
      ],
      [
        system,
        said("q"),
        { ...called("look", toolCall("1")), reasoning: "hm" },
        result("1", "A"),
        called(null, toolCall("2")),
        result("2", "B"),
      ],
    ],
    [
      "results with the name of their tool",
      dialectOf({ providerId: "ollama" }),
      [user("q"), call("1"), output("1", "A")],
      [system, said("q"), called(null, toolCall("1")), { ...result("1", "A"), name: "shell" }],
    ],
    ["empty texts say nothing", generic, [user(""), user("q"), user("")], [system, said("q")]],
  ])("%s", (_, dialect, items, expected) => {
    expect(messagesOf(items, dialect)).toEqual(expected);
  });

  test("Gemini's calls carry a signature", () => {
    const dialect = dialectOf({ hostname: "generativelanguage.googleapis.com" });
    const messages = messagesOf([user("q"), call("1"), output("1", "A")], dialect);
    expect(messages[2]?.["tool_calls"]).toEqual([
      {
        ...toolCall("1"),
        extra_content: { google: { thought_signature: "skip_thought_signature_validator" } },
      },
    ]);
  });
});

describe("tools in the prompt", () => {
  const dialect = learnt(generic, { model: { refusesTools: true } });
  const items = [
    user("q"),
    reasoning("hm", "reasoning"),
    assistant("look"),
    call("1", "shell", '{"command":"ls"}'),
    call("2", "my tool"),
    output("1", "A"),
    user("r"),
    call("3"),
    output("3", "C"),
    assistant("end"),
  ];

  test("calls are text of the assistant, results text of the user", () => {
    expect(messagesOf(items, dialect).slice(1)).toEqual([
      said("q"),
      answered(
        'look\n<tool_call>\n{"name": "shell", "arguments": {"command":"ls"}}\n</tool_call>\n<tool_call>\n{"name": "my_tool", "arguments": {}}\n</tool_call>',
      ),
      said("<tool_response>\nA\n</tool_response>\n<tool_response>\naborted\n</tool_response>\n\nr"),
      answered('<tool_call>\n{"name": "shell", "arguments": {}}\n</tool_call>'),
      said("<tool_response>\nC\n</tool_response>"),
      answered("end"),
    ]);
  });

  test("the system text tells what there is and how to call it; the body has no tools", () => {
    const sent = body(items, dialect);
    expect(sent["tools"]).toBeUndefined();
    const system = (sent["messages"] as { content: string }[])[0]?.content ?? "";
    expect(system.startsWith("SYSTEM\n\n# Tools\n")).toBe(true);
    expect(system).toContain('{"name":"shell","description":"Runs.","parameters":{"type":"object"}}');
    expect(system).toContain("<tool_call>");
  });

  test("what is written is what the decoder reads", () => {
    const decoder = createChatDecoder({
      offeredTools: [tool],
      newCallId: () => "new",
      thinkingStart: "tagged",
    });
    const content = messagesOf(items, dialect)[4]?.["content"];
    decoder.push(
      { event: "", data: JSON.stringify({ choices: [{ delta: { content }, finish_reason: "stop" }] }) },
      [],
    );
    expect(decoder.end([]).items).toMatchObject([{ type: "function_call", name: "shell", arguments: "{}" }]);
  });
});

describe("ids of calls", () => {
  const ids = (dialect: Dialect, ...groups: string[][]) =>
    messagesOf(
      [
        user("q"),
        ...groups.flatMap((group) => [
          ...group.map((id) => call(id)),
          ...group.map((id) => output(id, `of ${id}`)),
        ]),
      ],
      dialect,
    ).flatMap((message) => {
      if (message["role"] === "tool") {
        return [`${message["tool_call_id"]}=${message["content"]}`];
      }
      return ((message["tool_calls"] ?? []) as { id: string }[]).map(({ id }) => id);
    });
  const mistral = dialectOf({ hostname: "api.mistral.ai" });

  test("Kimi's are left as they are, also when they come back", () => {
    expect(ids(generic, ["functions.shell:0"], ["functions.shell:0"])).toEqual([
      "functions.shell:0",
      "functions.shell:0=of functions.shell:0",
      "functions.shell:0",
      "functions.shell:0=of functions.shell:0",
    ]);
  });

  test("two of one name in one response are told apart, and each has its own result", () => {
    expect(ids(generic, ["a", "a", "a_2"])).toEqual(["a", "a_3", "a_2", "a=of a", "a_3=of a", "a_2=of a_2"]);
  });

  test("Mistral's have nine letters and digits; such ids stay", () => {
    const [long, nine, short, ...results] = ids(mistral, ["call_0fypS1hVXabcdefghijkl", "D681PevKs", "1"]);
    expect(nine).toBe("D681PevKs");
    expect([long, short]).toEqual([
      expect.stringMatching(/^[A-Za-z0-9]{9}$/),
      expect.stringMatching(/^[A-Za-z0-9]{9}$/),
    ]);
    expect(new Set([long, nine, short]).size).toBe(3);
    expect(results).toEqual([
      `${long}=of call_0fypS1hVXabcdefghijkl`,
      "D681PevKs=of D681PevKs",
      `${short}=of 1`,
    ]);
  });

  test("a later id that looks like a rewritten one is rewritten itself", () => {
    const [rewritten = ""] = ids(mistral, ["x"]);
    const [first, , second] = ids(mistral, ["x"], [rewritten]);
    expect(first).toBe(rewritten);
    expect(second).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(second).not.toBe(rewritten);
  });

  test("OpenAI's are plain and have at most 40 characters", () => {
    const odd = [
      "functions.shell:0",
      "x".repeat(60),
      `${"x".repeat(60)}y`,
      "",
      "call_ok-1",
      "__proto__",
      "你好",
    ];
    const rewritten = ids(openai, odd).slice(0, odd.length);
    expect(new Set(rewritten).size).toBe(odd.length);
    expect(rewritten.filter((id) => !/^[A-Za-z0-9_-]{1,40}$/.test(id))).toEqual([]);
    expect(rewritten[4]).toBe("call_ok-1");
    expect(rewritten[5]).toBe("__proto__");
  });
});

test.each([
  ["shell", "shell"],
  ["functions.shell", "shell"],
  ["run code!", "run_code_"],
  ["", "_"],
  ["3d", "_3d"],
  ["x".repeat(99), "x".repeat(63)],
])("a name the model made up is made acceptable: %j", (name, expected) => {
  expect(messagesOf([user("q"), call("1", name), output("1", "A")])[2]).toEqual(
    called(null, toolCall("1", expected)),
  );
});

test("an offered name stays as it is", () => {
  const dotted = { ...tool, name: "server.tool" };
  const items = [user("q"), call("1", "server.tool"), output("1", "A")];
  const request = { model: "m", instructions: "SYSTEM", items, tools: [dotted] };
  expect(JSON.parse(encodeChatBody(request, generic)).messages[2].tool_calls[0].function.name).toBe(
    "server.tool",
  );
});

test("half a surrogate pair is made whole, and nothing else is touched", () => {
  const text = "a\ud83d b \ud83d\ude00 \\ud83d";
  expect(messagesOf([user(text)])[1]).toEqual(said("a\ufffd b \ud83d\ude00 \\ud83d"));
});

describe("pictures", () => {
  const url = "data:image/png;base64,AAAA";
  const picture: HistoryItem = {
    type: "message",
    role: "user",
    content: [
      { type: "input_text", text: "see" },
      { type: "input_image", image_url: url },
      { type: "input_text", text: "and tell" },
    ],
  };
  const image = { type: "image_url", image_url: { url } };
  const part = (text: string) => ({ type: "text", text });
  test.each<[string, Dialect, HistoryItem[], unknown]>([
    ["parts", generic, [picture], [part("see"), image, part("and tell")]],
    [
      "merged with its neighbours",
      generic,
      [user("a"), picture, user("b")],
      [part("a\n\nsee"), image, part("and tell\n\nb")],
    ],
    [
      "to a server that takes text only",
      learnt(generic, { server: { refusesContentParts: true } }),
      [picture],
      "see(a picture that this server does not take)and tell",
    ],
    [
      "text only, to a server that takes parts only",
      learnt(generic, { server: { refusesContentStrings: true } }),
      [user("a")],
      [part("a")],
    ],
  ])("%s", (_, dialect, items, expected) => {
    expect(messagesOf(items, dialect)[1]?.["content"]).toEqual(expected);
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
  const functionTool = {
    type: "function",
    function: { name: "shell", description: "Runs.", parameters: { type: "object", properties: {} } },
  };
  const messages = [{ role: "system", content: "S" }];
  const tools = [functionTool];
  const streamed = { stream: true, stream_options: { include_usage: true } };
  const refusing = (...names: string[]) => learnt(generic, { model: { refusedParameters: names } });
  const schema = { type: "object" };
  const response_format = { type: "json_schema", json_schema: { name: "answer", strict: true, schema } };
  const effort = { settings: { reasoningEffort: "high" } };
  const off = { settings: { reasoningEffort: "none" } };
  const limit = { settings: { maxOutputTokens: 99 } };

  test.each<[string, Dialect, Partial<ModelRequest>, object]>([
    ["generic", generic, {}, { tools, ...streamed }],
    ["stream_options refused", refusing("stream_options"), {}, { tools, stream: true }],
    ["openai", openai, {}, { tools, ...streamed }],
    ["mistral", dialectOf({ hostname: "api.mistral.ai" }), {}, { tools, stream: true }],
    ["no tools", generic, { tools: [] }, streamed],
    ["llama.cpp", llamacpp, { tools: [] }, { ...streamed, return_progress: true }],
    [
      "return_progress refused",
      learnt(llamacpp, { model: { refusedParameters: ["return_progress"] } }),
      { tools: [] },
      streamed,
    ],
    [
      "tools can't be streamed",
      learnt(llamacpp, { server: { refusesStreamedTools: true } }),
      {},
      { tools, stream: false },
    ],
    [
      "tools can't be streamed, but there are none",
      learnt(llamacpp, { server: { refusesStreamedTools: true } }),
      { tools: [] },
      { ...streamed, return_progress: true },
    ],
    [
      "a schema for the answer",
      generic,
      { answerSchema: { name: "answer", schema } },
      { tools, tool_choice: "none", response_format, ...streamed },
    ],
    [
      "a schema for the answer, no tools",
      generic,
      { tools: [], answerSchema: { name: "answer", schema } },
      { response_format, ...streamed },
    ],
    ["effort", generic, effort, { tools, ...streamed, reasoning_effort: "high" }],
    [
      "effort for llama.cpp",
      llamacpp,
      { ...off, tools: [] },
      {
        ...streamed,
        return_progress: true,
        chat_template_kwargs: { enable_thinking: false, reasoning_effort: "none" },
      },
    ],
    [
      "effort for vLLM",
      dialectOf({ providerId: "vllm" }),
      effort,
      {
        tools,
        ...streamed,
        reasoning_effort: "high",
        chat_template_kwargs: { enable_thinking: true, reasoning_effort: "high" },
      },
    ],
    [
      "effort for OpenRouter",
      dialectOf({ hostname: "openrouter.ai" }),
      effort,
      { tools, ...streamed, reasoning: { effort: "high" } },
    ],
    [
      "effort for DeepSeek",
      dialectOf({ hostname: "api.deepseek.com" }),
      effort,
      { tools, ...streamed, thinking: { type: "enabled" }, reasoning_effort: "high" },
    ],
    [
      "none for z.ai",
      dialectOf({ hostname: "api.z.ai" }),
      off,
      { tools, ...streamed, thinking: { type: "disabled" } },
    ],
    [
      "effort for DashScope",
      dialectOf({ hostname: "dashscope.aliyuncs.com" }),
      effort,
      { tools, ...streamed, enable_thinking: true },
    ],
    ["effort refused", refusing("reasoning_effort"), effort, { tools, ...streamed }],
    ["verbosity", openai, { settings: { verbosity: "low" } }, { tools, ...streamed, verbosity: "low" }],
    ["a limit", generic, limit, { tools, ...streamed, max_tokens: 99 }],
    ["a limit for OpenAI", openai, limit, { tools, ...streamed, max_completion_tokens: 99 }],
    [
      "a limit under the name that was learnt",
      learnt(generic, {
        model: { maxTokensField: "max_completion_tokens", refusedParameters: ["max_tokens"] },
      }),
      limit,
      { tools, ...streamed, max_completion_tokens: 99 },
    ],
    [
      "the user's own keys go over ours, but not over what is refused",
      refusing("top_k"),
      { settings: { extraBody: JSON.parse('{"stream_options":{},"top_k":1,"seed":7,"__proto__":{"a":1}}') } },
      JSON.parse('{"stream_options":{},"seed":7,"__proto__":{"a":1}}'),
    ],
  ])("%s: these keys and no others", (_, dialect, fields, expected) => {
    const text = encodeChatBody(
      { model: "m", instructions: "S", items: [], tools: [tool], ...fields },
      dialect,
    );
    const { tools: sentTools, stream, ...rest } = JSON.parse(text);
    const withoutTools = dialect.refusedParameters.has("top_k") ? { tools, stream: true } : {};
    expect({ tools: sentTools, stream, ...rest }).toEqual({
      model: "m",
      messages,
      ...withoutTools,
      ...expected,
    });
  });
});
