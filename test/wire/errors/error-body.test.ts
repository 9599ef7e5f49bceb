import { afterEach, describe, expect, test, vi } from "vitest";
import { errorFromJson, holdsError, readErrorBody } from "../../../src/wire/errors/error-body.ts";

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
      { kind: "unsupported_parameter", message: "too big (body.n); odd", status: 422, parameter: "n" },
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
    [
      "a page that speaks of load is still a proxy's",
      503,
      "<html><head><title>503 Service Temporarily Unavailable</title></head></html>",
      { kind: "server", message: "503 Service Temporarily Unavailable", status: 503 },
    ],
    [
      "a page of a proxy that counts requests",
      429,
      "<html><title>429 Too Many Requests</title></html>",
      { kind: "rate_limit", message: "429 Too Many Requests", status: 429 },
    ],
    [
      "XML (AWS)",
      403,
      "<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
      { kind: "auth", message: "Access Denied", status: 403 },
    ],
    [
      "a list of one (Gemini), with a delay",
      429,
      JSON.stringify([
        {
          error: {
            code: 429,
            message:
              "You exceeded your current quota, please check your plan and billing details.\nPlease retry in 17.5s.",
            status: "RESOURCE_EXHAUSTED",
            details: [
              { violations: [{ quotaId: "GenerateRequestsPerMinutePerProjectPerModel-FreeTier" }] },
              { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "17s" },
            ],
          },
        },
      ]),
      {
        kind: "rate_limit",
        message:
          "You exceeded your current quota, please check your plan and billing details.\nPlease retry in 17.5s.",
        status: 429,
        retryAfterSeconds: 17,
      },
    ],
    [
      "the same of a day, which no wait of seconds mends (Gemini)",
      429,
      JSON.stringify({
        error: {
          message: "You exceeded your current quota. Please retry in 17.5s.",
          details: [{ violations: [{ quotaId: "GenerateRequestsPerDayPerProjectPerModel-FreeTier" }] }],
        },
      }),
      {
        kind: "quota",
        message: "You exceeded your current quota. Please retry in 17.5s.",
        status: 429,
        retryAfterSeconds: 17.5,
      },
    ],
    [
      "a model that is being loaded (Hugging Face)",
      503,
      '{"error":"Model x is on its way","estimated_time":20.5}',
      { kind: "model_loading", message: "Model x is on its way", status: 503, retryAfterSeconds: 20.5 },
    ],
    [
      "the provider's words behind the gateway's (OpenRouter)",
      429,
      JSON.stringify({
        error: {
          message: "Provider returned error",
          code: 429,
          metadata: {
            raw: "z-ai/glm is temporarily rate-limited upstream.",
            provider_name: "BaseTen",
            retry_after_seconds: 9,
          },
        },
      }),
      {
        kind: "rate_limit",
        message: "Provider returned error: z-ai/glm is temporarily rate-limited upstream.",
        status: 429,
        retryAfterSeconds: 9,
      },
    ],
    [
      "the same, the words being JSON (crush#279)",
      400,
      JSON.stringify({
        error: {
          message: "Provider returned error",
          code: 400,
          metadata: {
            raw: '{"object":"error","message":"Unexpected role \'tool\' after role \'user\'","type":"invalid_request_message_order","param":null,"code":"3230"}',
          },
        },
      }),
      {
        kind: "template",
        message: "Provider returned error: Unexpected role 'tool' after role 'user'",
        status: 400,
      },
    ],
    [
      "JSON in a message (copilot-api#208)",
      400,
      JSON.stringify({
        error: {
          message: '{"error":{"message":"Incorrect API key","code":"invalid_api_key"}}\n',
          type: "error",
        },
      }),
      { kind: "auth", message: "Incorrect API key", status: 400 },
    ],
    [
      "JSON behind words, with numbers of its own (LiteLLM)",
      400,
      JSON.stringify({
        error: {
          message:
            'litellm.BadRequestError: OpenAIException - {"error":{"message":"too much {","type":"exceed_context_size_error","n_ctx":8192}}. Received Model Group=x',
          code: "400",
        },
      }),
      {
        kind: "context_overflow",
        message: "litellm.BadRequestError: OpenAIException - too much { . Received Model Group=x",
        status: 400,
        contextTokens: 8192,
      },
    ],
    [
      "JSON that a message quotes and that is no error",
      500,
      JSON.stringify({ error: { message: 'Failed to parse {"name":"x","message":"y"}' } }),
      { kind: "server", message: 'Failed to parse {"name":"x","message":"y"}', status: 500 },
    ],
    [
      "a vague word before the words that say something",
      400,
      '{"statusCode":400,"error":"Bad Request","message":"no such thing"}',
      { kind: "bad_request", message: "Bad Request: no such thing", status: 400 },
    ],
    [
      "a code that is a sentence (xAI)",
      404,
      '{"code":"Some requested entity was not found","error":"The model grok-9 does not exist"}',
      { kind: "model_not_found", message: "The model grok-9 does not exist", status: 404 },
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

test.each([
  ["context_length_exceeded", "context_overflow"],
  ["insufficient_quota", "quota"],
  ["model_not_found", "model_not_found"],
  ["invalid_api_key", "auth"],
  ["rate_limit_exceeded", "rate_limit"],
  ["ContextWindowExceededError", "context_overflow"],
  ["request_too_large", "context_overflow"],
  ["overloaded_error", "overloaded"],
  ["billing_error", "quota"],
  ["exceeded_current_quota_error", "quota"],
  ["429", "rate_limit"],
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
  [413, "context_overflow"],
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
  [{ error: {} }, true],
  [{ error: "boom" }, true],
  [{ object: "error" }, true],
  [{ error: ["boom"] }, true],
  [{ error: true, message: "boom" }, true],
  [{ type: "error", message: "boom" }, true],
  [{ error: 500, message: "boom" }, true],
  [{ detail: "boom" }, true],
  [{ code: 500, message: "boom" }, true],
  [{ statusCode: "503", message: "boom" }, true],
  [{ code: "InternalError", message: "boom" }, true],
  [{ code: 500, message: "boom", choices: [] }, false],
  [{ detail: "boom", choices: [] }, false],
  [{ code: 0, message: "success" }, false],
  [{ code: "Success", message: "done" }, false],
  [{ code: 500 }, false],
  [{ message: "hello" }, false],
  [{ error: 500 }, false],
  [{ error: true }, false],
  [{ error: [] }, false],
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

describe("no pattern backtracks without bound", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  // Every pattern is tried on a message that matches none; what could run away is read off its source.
  test("each repeats at most a counted number of times", () => {
    const sources = new Set<string>();
    const exec = RegExp.prototype.exec;
    vi.spyOn(RegExp.prototype, "exec").mockImplementation(function (this: RegExp, text: string) {
      sources.add(this.source);
      return exec.call(this, text);
    });
    for (const message of ["not supported, 5 x exceeds context", "q"]) {
      readErrorBody(JSON.stringify({ error: { message, code: "invalid_value" } }), 418);
      readErrorBody(JSON.stringify({ error: "rate limit" }), 429);
      readErrorBody(JSON.stringify({ error: "prompt too long" }), 400);
      readErrorBody(`<${message}`, 418);
    }
    vi.restoreAllMocks();
    expect(sources.size).toBeGreaterThan(100);
    const unbounded = [...sources].filter((source) =>
      /[*+]|\{\d+,\}/.test(source.replace(/\\.|\[(?:\\.|[^\]\\])*\]/g, "")),
    );
    expect(unbounded).toEqual([]);
    const costly = [...sources].filter((source) => worstSteps(source) > 100_000);
    expect(costly).toEqual([]);
  });
});

/** What one place of the text can cost at most: wide repetitions of one alternative multiply. */
function worstSteps(source: string): number {
  const steps = source.split("|").map((alternative) => {
    const widths = [...alternative.matchAll(/\{\d+,(\d+)\}/g)].map(([, width]) => Number(width));
    return widths.filter((width) => width >= 10).reduce((product, width) => product * width, 1);
  });
  return Math.max(...steps);
}
