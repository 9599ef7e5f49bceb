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

function lessonOf(error: ModelError, parameters: readonly string[], dialect: Dialect = generic): unknown {
  const lesson = learn(error, { dialect, parameters: [...BODY, ...parameters] });
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

  test("on the Responses API, too, and nothing else is learnt there", () => {
    const asked = { dialect: generic, parameters: ["model", "input", "tools", "store"] };
    expect(learn(refusal("Unknown parameter: 'store'."), asked)?.facts).toEqual({
      model: { refusedParameters: ["store"] },
    });
    expect(learn(refusal("registry/m does not support tools"), asked)).toBeUndefined();
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
  const asked = { dialect: generic, parameters: ["model", "messages", "stream"] };
  expect(learn(refusal("registry/m does not support tools"), asked)).toBeUndefined();
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
          const parameters = [...BODY, adapted.maxTokensField, "reasoning_effort"];
          const lesson = learn({ kind, message }, { dialect: adapted, parameters });
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
