import { describe, expect, test } from "vitest";
import type { EndpointFacts, ModelError } from "../../../src/protocol/index.ts";
import { adapt } from "../../../src/wire/dialects/adapt.ts";
import type { Dialect } from "../../../src/wire/dialects/dialect.ts";
import { learn } from "../../../src/wire/dialects/learn.ts";
import { readErrorBody } from "../../../src/wire/errors/error-body.ts";
import { dialectOf, everyDialect, learnt } from "../../support/dialects.ts";

const generic = dialectOf({});
const BODY = ["model", "messages", "tools", "stream", "stream_options"];

function refusal(message: string, status = 400): ModelError {
  return readErrorBody(JSON.stringify({ error: { message } }), status);
}

/** A request with these parameters; its messages have a text each. */
function bodyWith(parameters: readonly string[]): string {
  const values = Object.fromEntries(parameters.map((name) => [name, "x"]));
  return JSON.stringify({ ...values, ...("messages" in values ? { messages: [{ content: "x" }] } : {}) });
}

function lessonOf(error: ModelError, parameters: readonly string[], dialect: Dialect = generic): unknown {
  const lesson = learn(error, bodyWith([...BODY, ...parameters]), dialect);
  if (lesson === undefined) {
    return undefined;
  }
  const { notice, facts } = lesson;
  return [notice.kind === "dialect-learnt" ? notice.lesson : notice, facts];
}

const dropped = (parameter: string) => [
  { kind: "parameter-dropped", parameter },
  { model: { refusedParameters: [parameter] } },
];

describe("a parameter the request can do without is dropped", () => {
  test.each<[string, string[], string]>([
    ["Unrecognized request argument supplied: reasoning_effort", ["reasoning_effort"], "reasoning_effort"],
    ["Unrecognized request argument supplied: thinking", ["thinking"], "thinking"],
    ["Unrecognized request arguments supplied: verbosity, store", ["verbosity"], "verbosity"],
    ["property 'reasoning' is unsupported", ["reasoning"], "reasoning"],
    ["Extra inputs are not permitted: body.stream_options", [], "stream_options"],
    ['think value "high" is not supported for this model', ["reasoning_effort"], "reasoning_effort"],
    ["Unsupported value: 'verbosity' does not support 'low' with this model.", ["verbosity"], "verbosity"],
    ["Invalid tool_choice type: 'object'", ["tool_choice"], "tool_choice"],
    [
      'Unknown name "chat_template_kwargs": Cannot find field.',
      ["chat_template_kwargs"],
      "chat_template_kwargs",
    ],
    ["This response_format type is unavailable now", ["response_format"], "response_format"],
    [
      "json: cannot unmarshal object into Go struct field ChatCompletionRequest.response_format of type string",
      ["response_format"],
      "response_format",
    ],
    ['Bad request: json: unknown field "stream_options"\n', [], "stream_options"],
    [
      "Extra inputs are not permitted, field: 'return_progress', value: True",
      ["return_progress"],
      "return_progress",
    ],
    ["'response_format.type' must be 'json_schema' or 'text'", ["response_format"], "response_format"],
    ["`parallel_tool_calls` is not supported", ["parallel_tool_calls"], "parallel_tool_calls"],
    ["Unsupported parameter: 'my.key'", ["my.key"], "my.key"],
    ["不支持的参数: stream_options", [], "stream_options"],
  ])("%s", (message, parameters, parameter) => {
    expect(lessonOf(refusal(message), parameters)).toEqual(dropped(parameter));
  });

  test("in the words of pydantic", () => {
    const loc = ["body", "stream_options"];
    const body = { detail: [{ type: "extra_forbidden", loc, msg: "Extra inputs are not permitted" }] };
    expect(lessonOf(readErrorBody(JSON.stringify(body), 422), [])).toEqual(dropped("stream_options"));
  });

  test("beside those that were dropped before", () => {
    const dialect = learnt(generic, { model: { refusedParameters: ["stream_options"] } });
    expect(lessonOf(refusal("Unknown parameter: 'verbosity'."), ["verbosity"], dialect)).toEqual([
      { kind: "parameter-dropped", parameter: "verbosity" },
      { model: { refusedParameters: ["stream_options", "verbosity"] } },
    ]);
  });

  test("of the Responses API, a field of an object: the others may well be taken", () => {
    const message = "Your organization must be verified to generate reasoning summaries.";
    const body = { error: { message, param: "reasoning.summary", code: "unsupported_value" } };
    const error = readErrorBody(JSON.stringify(body), 400);
    const inInput = JSON.stringify({ input: [], reasoning: { effort: "low", summary: "auto" } });
    expect(learn(error, inInput, generic)?.facts).toEqual({
      model: { refusedParameters: ["reasoning.summary"] },
    });
    // Refused once more, the whole of it goes.
    const without = learnt(generic, { model: { refusedParameters: ["reasoning.summary"] } });
    expect(learn(error, inInput, without)?.facts).toEqual({
      model: { refusedParameters: ["reasoning.summary", "reasoning"] },
    });
    expect(lessonOf(error, ["reasoning"])).toEqual(dropped("reasoning"));
    // A field that was not sent is no reason to ask again without it: a server could name another one for ever.
    const other = JSON.stringify({ input: [], text: { format: {} } });
    expect(learn({ ...error, parameter: "text.x1" }, other, generic)?.facts).toEqual({
      model: { refusedParameters: ["text"] },
    });
  });
});

describe("how messages are put", () => {
  test.each<[string, number, string, Partial<EndpointFacts>]>([
    ["System role not supported", 400, "system-role-refused", { model: { refusesSystemRole: true } }],
    [
      "Only user, assistant and tool roles are supported, got system.",
      404,
      "system-role-refused",
      { model: { refusesSystemRole: true } },
    ],
    [
      "Jinja Exception: System message must be at the beginning.",
      500,
      "system-role-refused",
      { model: { refusesSystemRole: true } },
    ],
    [
      "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
      400,
      "system-role-refused",
      { model: { refusesSystemRole: true } },
    ],
    [
      "Developer instruction is not enabled for models/gemma-3-27b-it",
      400,
      "system-role-refused",
      { model: { refusesSystemRole: true } },
    ],
    [
      "Conversation roles must alternate user/assistant/user/assistant/...",
      400,
      "roles-must-alternate",
      { model: { rolesMustAlternate: true } },
    ],
    [
      "Only user and assistant roles are supported, with the exception of an initial optional system message!",
      500,
      "tools-in-prompt",
      { model: { refusesTools: true } },
    ],
    [
      "Unexpected role 'user' after role 'tool'",
      400,
      "roles-must-alternate",
      { model: { rolesMustAlternate: true, toolCallIds: "nine-alphanumeric" } },
    ],
    [
      "Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9.",
      400,
      "call-ids-rewritten",
      { model: { toolCallIds: "nine-alphanumeric" } },
    ],
    [
      "Invalid 'messages[2].tool_calls[0].id': string too long. Expected a string with maximum length 40, but got a string with length 53 instead.",
      400,
      "call-ids-rewritten",
      { model: { toolCallIds: "plain" } },
    ],
    [
      "The `reasoning_content` in the thinking mode must be passed back to the API.",
      400,
      "reasoning-replayed",
      { model: { wantsReasoningReplay: true } },
    ],
    [
      "'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property 'reasoning_content' is unsupported)]",
      400,
      "reasoning-not-replayed",
      { model: { refusesReasoningReplay: true } },
    ],
    [
      "messages[2].reasoning: reasoning is not supported with this model",
      400,
      "reasoning-not-replayed",
      { model: { refusesReasoningReplay: true } },
    ],
    ["Cannot use tools with stream", 500, "tools-not-streamed", { server: { refusesStreamedTools: true } }],
    [
      "This model doesn't support tool use in streaming mode.",
      400,
      "tools-not-streamed",
      { server: { refusesStreamedTools: true } },
    ],
    [
      "registry.ollama.ai/library/gemma3 does not support tools",
      400,
      "tools-in-prompt",
      { model: { refusesTools: true } },
    ],
    [
      "Unrecognized request argument supplied: tools",
      400,
      "tools-in-prompt",
      { model: { refusesTools: true } },
    ],
    [
      "Assistant message must have either content or tool_calls, but not both.",
      400,
      "text-beside-calls-left-out",
      { model: { refusesTextBesideCalls: true } },
    ],
    [
      "Cannot pass both content and thinking in an assistant message with tool calls! Put the analysis message in one or the other, but not both.",
      500,
      "text-beside-calls-left-out",
      { model: { refusesTextBesideCalls: true } },
    ],
    [
      "This model only supports single tool-calls at once!",
      400,
      "calls-one-by-one",
      { model: { refusesParallelCalls: true } },
    ],
    [
      "Tool call IDs should be alphanumeric strings with length 9!",
      500,
      "call-ids-rewritten",
      { model: { toolCallIds: "nine-alphanumeric" } },
    ],
    [
      "The loaded model's chat template does not support tools.",
      400,
      "tools-in-prompt",
      { model: { refusesTools: true } },
    ],
    [
      "Tool and function calls do not currently support streaming",
      400,
      "tools-not-streamed",
      { server: { refusesStreamedTools: true } },
    ],
    ["tools param is not fully supported yet", 500, "tools-in-prompt", { model: { refusesTools: true } }],
    [
      "Invalid 'content': 'content' field must be a string or an array of objects.",
      400,
      "null-content-refused",
      { server: { refusesNullContent: true } },
    ],
    [
      "[json.exception.type_error.302] type must be string, but is null",
      500,
      "null-content-refused",
      { server: { refusesNullContent: true } },
    ],
    [
      "json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string",
      400,
      "content-parts-refused",
      { server: { refusesContentParts: true } },
    ],
    ...[
      "Failed to deserialize the JSON body into the target type: messages[1]: unknown variant `image_url`, expected `text`",
      "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
      "this model is missing data required for image input",
      "Invalid content type. image_url is only supported by certain models.",
      "Model does not support images. Please use a model that does.",
    ].map((message): [string, number, string, Partial<EndpointFacts>] => [
      message,
      400,
      "content-parts-refused",
      { server: { refusesContentParts: true } },
    ]),
    [
      "[json.exception.type_error.302] type must be string, but is array",
      500,
      "content-parts-refused",
      { server: { refusesContentParts: true } },
    ],
    [
      "GenerateContentRequest.contents[2].parts[0].function_response.name: Name cannot be empty.",
      400,
      "results-named",
      { model: { wantsToolResultName: true } },
    ],
  ])("%s (%i)", (message, status, lesson, facts) => {
    expect(lessonOf(refusal(message, status), [])).toEqual([lesson, facts]);
  });

  test("the limit of output tokens goes by the other name, and is dropped if that is refused as well", () => {
    const first = refusal("Unsupported parameter: 'max_tokens' is not supported with this model.");
    expect(lessonOf(first, ["max_tokens"])).toEqual([
      "max-tokens-renamed",
      { model: { maxTokensField: "max_completion_tokens", refusedParameters: ["max_tokens"] } },
    ]);
    const dialect = learnt(generic, {
      model: { maxTokensField: "max_completion_tokens", refusedParameters: ["max_tokens"] },
    });
    const second = refusal("Unknown parameter: 'max_completion_tokens'.");
    expect(lessonOf(second, ["max_completion_tokens"], dialect)).toEqual([
      { kind: "parameter-dropped", parameter: "max_completion_tokens" },
      { model: { refusedParameters: ["max_tokens", "max_completion_tokens"] } },
    ]);
  });
});

test.each<[string, number, string[]]>([
  ["the request exceeds the available context size, try increasing it", 400, []],
  ["Rate limit reached for requests with tools while streaming: not supported", 429, []],
  ["Unsupported parameter: 'temperature'", 400, []],
  ["Unsupported parameter: 'model'", 400, []],
  ["Failed to parse tool call in the stream", 500, []],
  ["unexpected error: system busy with tool and stream", 500, []],
  ["Invalid schema for function 'shell': 'verbosity' is not of type object", 400, []],
  ["max_tokens is too large: 99999. This model supports at most 4096", 400, ["max_tokens"]],
  ["Unsupported region, use an alternate endpoint", 400, []],
  ["boom", 500, []],
  ["", 400, []],
])("nothing is learnt from %j (%i)", (message, status, parameters) => {
  expect(lessonOf(refusal(message, status), parameters)).toBeUndefined();
});

test("tools that were not sent can't have been refused", () => {
  const body = bodyWith(["model", "messages", "stream"]);
  expect(learn(refusal("registry/m does not support tools"), body, generic)).toBeUndefined();
});

describe("null content", () => {
  const body = (content: unknown) => JSON.stringify({ messages: [{ role: "assistant", content }] });
  const sentences: readonly [string, number][] = [
    ["'NoneType' object is not iterable", 500],
    ['can only concatenate str (not "NoneType") to str', 404],
    ["'NoneType' object is not subscriptable", 404],
    ["'None' has no attribute 'split'", 400],
    ["Value is not callable: null at row 49, column 79:", 500],
    ["Callee is not a function: got Undefined (hint: 'split')", 500],
    ["Cannot perform operation in on null values", 500],
    ["tried to use + operator on unsupported types string and none (in <string>:1)", 422],
    ["invalid message content type: <nil>", 400],
    ["Jinja Exception: Invalid content type", 400],
    ["Unexpected content type.", 500],
    ["Missing 'content' in message", 500],
    ["Each message must have at least one content element.", 400],
    ["The content field in the Message object at messages.2 is empty.", 400],
    ["messages[2].content 不能为空", 400],
  ];

  test.each(sentences)("%s (%i)", (message, status) => {
    const error = refusal(message, status);
    expect(learn(error, body(null), generic)?.facts).toEqual({ server: { refusesNullContent: true } });
    // Of a request without it, the same words are about something else.
    expect(learn(error, body(""), generic)).toBeUndefined();
  });
});

describe("on the Responses API", () => {
  const body = bodyWith(["model", "input", "tools", "store"]);
  test.each<[string, Partial<EndpointFacts> | undefined]>([
    ["Unknown parameter: 'store'.", { model: { refusedParameters: ["store"] } }],
    ["registry/m does not support tools", { model: { refusesTools: true } }],
    ["Cannot use tools with stream", { server: { refusesStreamedTools: true } }],
    [
      "Item with id 'rs_0' not found. Items are not persisted when `store` is set to false.",
      { model: { sealsReasoning: true } },
    ],
    [
      "Invalid 'input[1].content': array too long. Expected an array with maximum length 0, but got an array with length 1 instead.",
      { model: { sealsReasoning: true } },
    ],
    // There, messages are put in one way only.
    ["System role not supported", undefined],
    ["Conversation roles must alternate user/assistant", undefined],
  ])("%s", (message, facts) => {
    expect(learn(refusal(message), body, generic)?.facts).toEqual(facts);
  });
});

/** Whatever a server says, and however often: the loop ends. */
describe("no lesson is learnt twice", () => {
  const MESSAGES = [
    "System role not supported",
    "Only user and assistant roles are supported",
    "Conversation roles must alternate",
    "Unexpected role 'user' after role 'tool'",
    "Unexpected message role.",
    "The `reasoning_content` must be passed back; property 'reasoning_content' is unsupported in messages.2",
    "messages.2: property 'reasoning_content' is unsupported",
    "Cannot use tools with stream",
    "m does not support tools",
    "content must be a string, got null",
    "content: expected a string, got array",
    "content should be a valid list",
    "Tool call id was x but must be a-z, A-Z, 0-9, with a length of 9",
    "tool_use.id: String should match pattern",
    "function_response.name: Name cannot be empty",
    "either content or tool_calls, but not both",
    "This model only supports single tool-calls at once!",
    "Unsupported parameter: 'max_tokens', 'max_completion_tokens', 'stream_options', 'reasoning_effort'",
  ];
  const everything = MESSAGES.join("; ");

  test.each(everyDialect())("%s", (_, dialect) => {
    for (const message of [...MESSAGES, everything]) {
      for (const kind of ["template", "unsupported_parameter", "bad_request", "tools_unsupported"] as const) {
        let facts: EndpointFacts = { server: {}, model: {} };
        const seen = new Set<string>();
        for (;;) {
          const adapted = adapt(dialect, facts);
          const body = bodyWith([...BODY, adapted.maxTokensField, "reasoning_effort"]);
          const lesson = learn({ kind, message }, body, adapted);
          if (lesson === undefined) {
            break;
          }
          facts = {
            server: { ...facts.server, ...lesson.facts.server },
            model: { ...facts.model, ...lesson.facts.model },
          };
          const state = JSON.stringify(facts);
          expect(seen).not.toContain(state);
          expect(adapt(dialect, facts)).not.toEqual(adapted);
          seen.add(state);
        }
      }
    }
  });
});
