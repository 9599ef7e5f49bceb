import { describe, expect, test } from "vitest";
import { errorFromJson, holdsError, readErrorBody } from "../../../src/wire/chat/error-body.ts";

describe("the shape", () => {
  test.each([
    [
      "an object",
      500,
      '{"error":{"message":"boom","type":"x"}}',
      { kind: "server", message: "boom", status: 500 },
    ],
    ["a string", 500, '{"error":"boom"}', { kind: "server", message: "boom", status: 500 }],
    [
      "keys at the top (vLLM)",
      400,
      '{"object":"error","message":"bad","code":400}',
      { kind: "bad_request", message: "bad", status: 400 },
    ],
    [
      "a detail (FastAPI)",
      404,
      '{"detail":"Not Found"}',
      { kind: "not_found", message: "Not Found", status: 404 },
    ],
    [
      "a list of details with places",
      422,
      '{"detail":[{"loc":["body","n"],"msg":"too big"},{"msg":"odd"}]}',
      { kind: "bad_request", message: "too big (body.n); odd", status: 422 },
    ],
    [
      "plain text",
      500,
      "Internal Server Error\n",
      { kind: "server", message: "Internal Server Error", status: 500 },
    ],
    [
      "a page of a proxy",
      502,
      "<html><title> 502 Bad Gateway </title></html>",
      { kind: "server", message: "502 Bad Gateway", status: 502 },
    ],
    [
      "a page without a title",
      500,
      "<!doctype html><p>no",
      { kind: "server", message: "the answer is an HTML page", status: 500 },
    ],
    ["nothing", 500, "", { kind: "server", message: "HTTP status 500 without a message", status: 500 }],
    [
      "JSON that says nothing",
      500,
      "{}",
      { kind: "server", message: "HTTP status 500 without a message", status: 500 },
    ],
    ["JSON that is no object", 500, "[1]", { kind: "server", message: "[1]", status: 500 }],
    [
      "a page in place of a stream",
      undefined,
      "<html><title>Open WebUI</title>",
      { kind: "not_found", message: "Open WebUI" },
    ],
    [
      "half a body in place of a stream",
      undefined,
      '{"choices":[{',
      { kind: "server", message: '{"choices":[{' },
    ],
    [
      "a status as code, in a stream",
      undefined,
      '{"error":{"message":"boom","code":503}}',
      { kind: "overloaded", message: "boom", status: 503 },
    ],
    [
      "a message without end",
      500,
      `{"error":"${"x".repeat(9000)}"}`,
      { kind: "server", message: "x".repeat(2000), status: 500 },
    ],
  ])("%s", (_, status, text, expected) => {
    expect(readErrorBody(text, status)).toEqual(expected);
  });
});

describe("the kind goes by the words, whatever the status", () => {
  test.each([
    [
      400,
      "The `reasoning_content` in the thinking mode must be passed back to the API.",
      "reasoning_replay_required",
    ],
    [500, "Jinja Exception: Conversation roles must alternate user/assistant", "template"],
    [400, "registry.ollama.ai/library/gemma3 does not support tools", "tools_unsupported"],
    [500, "tools param requires --jinja flag", "tools_unsupported"],
    [429, "You exceeded your current quota, please check your plan and billing details.", "quota"],
    [400, "Rate limit reached for requests", "rate_limit"],
    [500, "the request exceeds the available context size, try increasing it", "context_overflow"],
    [400, "This model's maximum context length was exceeded.", "context_overflow"],
    [404, "No models loaded. Please load a model in the developer page.", "model_not_loaded"],
    [503, "Loading model", "model_loading"],
    [400, 'model "mistral" not found, try pulling it first', "model_not_found"],
    [404, "The model `gpt-9` does not exist", "model_not_found"],
    [400, "Incorrect API key provided", "auth"],
    [500, "Server is busy; please try again later.", "overloaded"],
    [500, "no slot available: server is busy", "overloaded"],
  ])("%i %s", (status, message, kind) => {
    expect(errorFromJson({ error: { message } }, status)).toEqual({ kind, message, status });
  });
});

test.each([
  ["context_length_exceeded", "context_overflow"],
  ["insufficient_quota", "quota"],
  ["model_not_found", "model_not_found"],
  ["invalid_api_key", "auth"],
  ["rate_limit_exceeded", "rate_limit"],
])("or by the code %s", (code, kind) => {
  expect(errorFromJson({ error: { message: "no", code } }, 400)).toEqual({
    kind,
    message: "no",
    status: 400,
  });
});

test.each([
  [400, "bad_request"],
  [401, "auth"],
  [402, "quota"],
  [403, "auth"],
  [404, "not_found"],
  [405, "not_found"],
  [418, "bad_request"],
  [429, "rate_limit"],
  [500, "server"],
  [502, "server"],
  [503, "overloaded"],
  [529, "overloaded"],
  [undefined, "server"],
])("without words by the status %s: %s", (status, kind) => {
  expect(errorFromJson({ error: { message: "no" } }, status).kind).toBe(kind);
});

test.each([
  ["Extra inputs are not permitted: body.stream_options", "stream_options"],
  ["Unknown field return_progress", "return_progress"],
  ['think value "high" is not supported for this model', "reasoning_effort"],
  ["Unsupported parameter", undefined],
])("the parameter that is refused: %s", (message, parameter) => {
  expect(errorFromJson({ error: message }, 400)).toEqual({
    kind: "unsupported_parameter",
    message,
    status: 400,
    ...(parameter === undefined ? {} : { parameter }),
  });
});

test.each([
  [{ error: {} }, true],
  [{ error: "boom" }, true],
  [{ object: "error" }, true],
  [{ error: null }, false],
  [{ error: "" }, false],
  [{ error: false }, false],
  [{ choices: [] }, false],
])("%j is an error: %s", (value, expected) => {
  expect(holdsError(value)).toBe(expected);
});

test("a hostile body costs no more than a short one: megabytes, and nesting without end", () => {
  const phrase = "tool choice requires ".repeat(200_000);
  expect(
    readErrorBody(JSON.stringify({ error: { message: phrase } }), 400).message.length,
  ).toBeLessThanOrEqual(2000);
  const deep = `${'{"message":'.repeat(5000)}"end"${"}".repeat(5000)}`;
  expect(readErrorBody(deep, 400)).toMatchObject({ kind: "bad_request", status: 400 });
  expect(readErrorBody(`{"detail":${"[".repeat(5000)}${"]".repeat(5000)}}`, 422)).toMatchObject({
    status: 422,
  });
});
