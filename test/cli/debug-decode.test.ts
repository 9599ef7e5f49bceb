import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { decode, type Split } from "../../src/cli/debug.ts";
import { readRecording } from "../../src/cli/debug-replay.ts";
import type { DecodeResult } from "../../src/cli/debug-result.ts";
import { compareDecoded } from "../support/compare-decoded.ts";
import { delta, sse } from "../support/scripted-http.ts";
import { loadVectors, type Vector } from "../support/vectors.ts";

describe("every fixture over loopback", () => {
  test.each([...loadVectors(), ...loadResponsesVectors()])("$name", async (vector) => {
    compareDecoded(await decodeText(JSON.stringify(vector), "given"), vector);
  });
});

/** Not every shape of that API can be told by its first event: the vectors name it. */
function loadResponsesVectors(): Vector[] {
  const folder = fileURLToPath(new URL("../../fixtures/responses/", import.meta.url));
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.map((name) => ({ ...JSON.parse(readFileSync(folder + name, "utf8")), api: "responses" }));
}

const SAID = [delta({ content: "one " }), delta({ content: "two" }), delta({}, "stop"), sse("[DONE]")];

const NOTHING = {
  text: "",
  reasoning: "",
  tool_calls: [],
  invalid_tool_calls: [],
  finish: "stop",
  usage: null,
  error: null,
  empty_answer: false,
  progress: null,
  warning: null,
  refusal: null,
};

interface Row {
  readonly what: string;
  readonly file: string;
  readonly split?: Split;
  readonly result: object;
}

const hermes = '<tool_call>{"name":"look","arguments":{"at":"a"}}</tool_call>';

test.each<Row>([
  { what: "a raw stream", file: SAID.join(""), result: { text: "one two" } },
  {
    what: "a vector behind a byte-order mark",
    file: `\ufeff${vectorOf({ chunks: SAID })}`,
    result: { text: "one two" },
  },
  { what: "a raw stream by bytes", file: SAID.join(""), split: "bytes", result: { text: "one two" } },
  {
    what: "a raw body",
    file: `\n ${JSON.stringify({ choices: [{ message: { content: "hi" }, finish_reason: "stop" }] })}`,
    result: { text: "hi" },
  },
  {
    what: "a raw error body comes as a success",
    file: JSON.stringify({ error: { message: "Loading model" } }),
    result: {
      finish: "error",
      error: { kind: "model_loading", message: "Loading model", retryable: true },
    },
  },
  {
    what: "a stream of the Responses API",
    file: [
      { type: "response.created", response: { id: "r", status: "in_progress" } },
      { type: "response.output_text.delta", item_id: "m", output_index: 0, content_index: 0, delta: "Hello" },
      {
        type: "response.completed",
        response: {
          status: "completed",
          output: [
            {
              type: "message",
              id: "m",
              role: "assistant",
              content: [{ type: "output_text", text: "Hello" }],
            },
          ],
          usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
        },
      },
    ]
      .map(sse)
      .join(""),
    result: { text: "Hello", usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } },
  },
  {
    what: "a refusal, which is no text",
    file: [delta({ refusal: "I can't " }), delta({ refusal: "help." }), delta({}, "stop")].join(""),
    result: { refusal: "I can't help." },
  },
  { what: "an empty file", file: "", result: { finish: "incomplete", empty_answer: true } },
  {
    what: "a stream that broke off",
    file: SAID.slice(0, 2).join(""),
    result: { text: "one two", finish: "incomplete" },
  },
  {
    what: "a vector that stays open after [DONE]",
    file: vectorOf({ chunks: SAID, expect: { must_finish_without_eof: true } }),
    result: { text: "one two" },
  },
  {
    what: "a tool spelt as on the Responses API",
    file: vectorOf({
      request: { tools: [{ type: "function", name: "look", parameters: {} }, { type: "web_search" }, 7] },
      chunks: [delta({ content: hermes }), delta({}, "stop")],
    }),
    result: {
      finish: "tool_calls",
      tool_calls: [{ id: "call_made_1", name: "look", arguments: { at: "a" } }],
    },
  },
  {
    what: "a body that was not asked to be streamed",
    file: vectorOf({
      request: { stream: false },
      chunks: ['{"choices":[{"message":{"content":"hi"},', '"finish_reason":"stop"}]}'],
    }),
    result: { text: "hi" },
  },
  {
    what: "hostile headers are not sent",
    file: vectorOf({
      http: {
        status: 200,
        headers: {
          "content-type": ["text/event-stream"],
          "content-length": "3",
          "transfer-encoding": "chunked",
          "bad name": "a",
          odd: "a\r\n\r\ndata: {}",
          "x-ok": 7,
        },
      },
      chunks: SAID,
    }),
    result: { text: "one two" },
  },
  {
    what: "a 404 is a bad request in the schema's words",
    file: vectorOf({ http: { status: 404 }, chunks: ['{"error":"nothing here"}'] }),
    result: {
      finish: "error",
      error: { kind: "bad_request", message: "nothing here", retryable: false, status: 404 },
    },
  },
  {
    what: "a page in place of an answer",
    file: vectorOf({ chunks: ["<html><title>Sign in</title></html>"] }),
    result: { finish: "error", error: { kind: "server", message: "Sign in", retryable: true } },
  },
  {
    what: "the header's Retry-After",
    file: vectorOf({
      http: { status: 429, headers: { "Retry-After": "7" } },
      chunks: ['{"error":{"message":"Rate limit reached"}}'],
    }),
    result: {
      finish: "error",
      error: {
        kind: "rate_limit",
        message: "Rate limit reached",
        retryable: true,
        status: 429,
        retry_after_s: 7,
      },
    },
  },
  {
    what: "nesting too deep to be written again",
    file: [
      delta({
        tool_calls: [
          {
            index: 0,
            id: "c",
            function: { name: "f", arguments: `{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}` },
          },
        ],
      }),
      delta({}, "tool_calls"),
    ].join(""),
    result: { finish: "tool_calls", tool_calls: [{ id: "c", name: "f", arguments: expect.anything() }] },
  },
  {
    what: "an argument named like a prototype",
    file: [
      delta({
        tool_calls: [{ index: 0, id: "c", function: { name: "f", arguments: '{"__proto__":{"a":1}}' } }],
      }),
      delta({}, "tool_calls"),
    ].join(""),
    result: {
      finish: "tool_calls",
      tool_calls: [{ id: "c", name: "f", arguments: JSON.parse('{"__proto__":{"a":1}}') }],
    },
  },
])("$what", async ({ file, split = "given", result }) => {
  const decoded = await decodeText(file, split);
  expect(decoded).toEqual({ ...NOTHING, ...result });
  expect(() => JSON.stringify(decoded)).not.toThrow();
});

test.each([
  { what: "no answer came", file: vectorOf({ http: { status: 0 } }), message: "http.status" },
  { what: "an interim status", file: vectorOf({ http: { status: 100 } }), message: "http.status" },
  { what: "no http at all", file: vectorOf({ http: null }), message: "http.status" },
  { what: "chunks that are no texts", file: vectorOf({ chunks: ["a", 1] }), message: "chunks" },
])("a vector that can't be replayed: $what", ({ file, message }) => {
  const read = readRecording(Buffer.from(file));
  expect(read).toEqual({ ok: false, message: expect.stringContaining(message) });
});

test.each([
  { what: "named in the vector", file: vectorOf({ api: "responses" }), api: "responses" },
  {
    what: "chat named, whatever stands there",
    file: vectorOf({ api: "chat", chunks: ["event: response.x\n"] }),
    api: "chat",
  },
  {
    what: "first event's name",
    file: ": hi\r\n\r\nevent: response.created\r\ndata: {}\r\n\r\n",
    api: "responses",
  },
  { what: "first event's type", file: 'data:{"type":"response.created"}\n\n', api: "responses" },
  { what: "a whole response", file: '{"object":"response","output":[]}', api: "responses" },
  { what: "a later event does not count", file: "data: {}\n\nevent: response.created\n\n", api: "chat" },
  { what: "a whole completion", file: '{"object":"chat.completion","choices":[]}', api: "chat" },
  { what: "bytes that are no text", file: "\u0000\uffff", api: "chat" },
])("which API it was: $what", ({ file, api }) => {
  expect(readRecording(Buffer.from(file))).toMatchObject({ ok: true, recording: { api } });
});

test("what the client knew of the prompt", () => {
  const hints = {
    model: "m",
    thinking_preopened: true,
    estimated_prompt_tokens: 9000,
    loaded_context_length: 4096,
  };
  expect(readRecording(Buffer.from(vectorOf({ request: { hints } })))).toMatchObject({
    recording: {
      model: "m",
      opensThinking: true,
      contextFacts: { estimatedPromptTokens: 9000, loadedContextTokens: 4096 },
    },
  });
});

test("an interrupted replay gives no result", async () => {
  const read = readRecording(Buffer.from(vectorOf({ expect: { must_finish_without_eof: true } })));
  if (!read.ok) {
    throw new Error(read.message);
  }
  expect(await decode(read.recording, "given", AbortSignal.abort())).toBe(undefined);
});

function vectorOf(fields: object): string {
  return JSON.stringify({ http: { status: 200 }, chunks: [], ...fields });
}

async function decodeText(file: string, split: Split): Promise<DecodeResult> {
  const read = readRecording(Buffer.from(file));
  if (!read.ok) {
    throw new Error(read.message);
  }
  const result = await decode(read.recording, split, new AbortController().signal);
  if (result === undefined) {
    throw new Error("interrupted");
  }
  return result;
}
