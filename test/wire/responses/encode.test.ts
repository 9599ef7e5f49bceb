import { describe, expect, test } from "vitest";
import type { HistoryItem, ReasoningItem } from "../../../src/protocol/index.ts";
import type { Dialect } from "../../../src/wire/dialects/dialect.ts";
import type { ModelRequest } from "../../../src/wire/index.ts";
import { encodeResponsesBody } from "../../../src/wire/responses/encode.ts";
import { dialectOf } from "../../support/dialects.ts";
import { assistant, call, output, reasoning, user } from "../../support/items.ts";

const local = dialectOf({});
const openai = dialectOf({ hostname: "api.openai.com" });
const shell = { name: "shell", description: "Runs.", parameters: { type: "object" as const } };

function encode(extra: Partial<ModelRequest>, dialect: Dialect = local): Record<string, unknown> {
  return JSON.parse(
    encodeResponsesBody(
      { model: "m", instructions: "Be.", items: [user("hi")], tools: [], ...extra },
      dialect,
    ),
  );
}

const inputOf = (items: readonly HistoryItem[], dialect: Dialect = local) =>
  encode({ items }, dialect)["input"];

test("the whole body of a first request", () => {
  expect(
    encodeResponsesBody({ model: "m", instructions: "Be.", items: [user("hi")], tools: [shell] }, local),
  ).toBe(
    '{"model":"m","instructions":"Be.","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}],' +
      '"tools":[{"type":"function","name":"shell","description":"Runs.","strict":false,"parameters":{"type":"object"}}],' +
      '"tool_choice":"auto","store":false,"stream":true}',
  );
});

const schema = { name: "answer", schema: { type: "object" } };
const format = { type: "json_schema", name: "answer", strict: true, schema: { type: "object" } };
const ENCRYPTED = ["reasoning.encrypted_content"];

describe("parameters", () => {
  test.each<[string, Partial<ModelRequest>, Dialect, object]>([
    ["none that is not configured", {}, local, { store: false, stream: true }],
    [
      "OpenAI is asked for its seal, and for what may be read of the thinking",
      {},
      openai,
      { reasoning: { summary: "auto" }, store: false, stream: true, include: ENCRYPTED },
    ],
    [
      "no summary, if the user wants none",
      { settings: { reasoningSummary: "none" } },
      openai,
      { store: false, stream: true, include: ENCRYPTED },
    ],
    [
      "effort and summary",
      { settings: { reasoningEffort: "low", reasoningSummary: "auto" } },
      local,
      { reasoning: { effort: "low", summary: "auto" }, store: false, stream: true, include: ENCRYPTED },
    ],
    ["no summary", { settings: { reasoningSummary: "none" } }, local, { store: false, stream: true }],
    [
      "verbosity needs a format (LM Studio)",
      { settings: { verbosity: "low" } },
      local,
      { store: false, stream: true, text: { verbosity: "low", format: { type: "text" } } },
    ],
    ["a schema", { answerSchema: schema }, local, { store: false, stream: true, text: { format } }],
    [
      "a limit and the user's own",
      { settings: { maxOutputTokens: 9, extraBody: { seed: 1, store: true } } },
      local,
      { store: true, stream: true, max_output_tokens: 9, seed: 1 },
    ],
    [
      "what was refused is left out",
      {
        settings: {
          reasoningEffort: "low",
          reasoningSummary: "auto",
          maxOutputTokens: 9,
          extraBody: { seed: 1 },
        },
      },
      {
        ...local,
        refusedParameters: new Set(["store", "include", "seed", "reasoning.summary", "max_output_tokens"]),
      },
      { reasoning: { effort: "low" }, stream: true },
    ],
    [
      "llama.cpp tells how far it has read",
      {},
      dialectOf({ providerId: "llamacpp" }),
      { store: false, stream: true, return_progress: true },
    ],
  ])("%s", (_, request, dialect, expected) => {
    const {
      model: _model,
      instructions: _instructions,
      input: _input,
      ...parameters
    } = encode(request, dialect);
    expect(parameters).toEqual(expected);
  });

  test("with a schema the tools stay and are not to be used", () => {
    expect(encode({ tools: [shell], answerSchema: schema })["tool_choice"]).toBe("none");
  });
});

const said = (text: string) => ({ type: "message", role: "user", content: [{ type: "input_text", text }] });
const answer = (text: string, id?: string) => ({
  type: "message",
  ...(id === undefined ? {} : { id, status: "completed" }),
  role: "assistant",
  content: [{ type: "output_text", text, annotations: [] }],
});
const called = (id: string, text = "{}") => ({
  type: "function_call",
  call_id: id,
  name: "shell",
  arguments: text,
});
const result = (id: string, text: string) => ({ type: "function_call_output", call_id: id, output: text });
const sealed: ReasoningItem = {
  type: "reasoning",
  id: "rs_1",
  summary: [{ type: "summary_text", text: "Plan." }],
  content: [],
  encrypted_content: "gAAA",
};
const native: ReasoningItem = { ...reasoning("Hm."), id: "rs_9" };

describe("input", () => {
  test.each<[string, readonly HistoryItem[], Dialect, readonly object[]]>([
    ["user messages in a row are one", [user("a"), user("b")], local, [said("a\n\nb")]],
    [
      "fields strict servers want",
      [user("a"), assistant("b"), user("c")],
      local,
      [said("a"), answer("b", "msg_1"), said("c")],
    ],
    [
      "OpenAI gets no ids",
      [user("a"), assistant("b"), user("c")],
      openai,
      [said("a"), answer("b"), said("c")],
    ],
    [
      "a picture",
      [
        {
          type: "message",
          role: "user",
          content: [
            { type: "input_image", image_url: "data:image/png;base64,AA" },
            { type: "input_text", text: "what?" },
          ],
        },
      ],
      local,
      [
        {
          type: "message",
          role: "user",
          content: [
            { type: "input_image", image_url: "data:image/png;base64,AA", detail: "auto" },
            { type: "input_text", text: "what?" },
          ],
        },
      ],
    ],
    [
      "outputs directly after the calls of their response, in the order of these",
      [user("a"), call("1"), call("2"), output("2", "two"), output("1", "one")],
      openai,
      [said("a"), called("1"), called("2"), result("1", "one"), result("2", "two")],
    ],
    [
      "a call without output was aborted; arguments are always an object",
      [user("a"), call("1", "shell", '{"comm'), user("b")],
      openai,
      [said("a"), called("1"), result("1", "aborted"), said("b")],
    ],
    [
      "thinking goes back sealed, in its place",
      [
        user("a"),
        sealed,
        call("1"),
        { ...sealed, encrypted_content: "gBBB" },
        call("2"),
        output("1", "x"),
        output("2", "y"),
      ],
      openai,
      [
        said("a"),
        { type: "reasoning", summary: sealed.summary, encrypted_content: "gAAA" },
        called("1"),
        { type: "reasoning", summary: sealed.summary, encrypted_content: "gBBB" },
        called("2"),
        result("1", "x"),
        result("2", "y"),
      ],
    ],
    [
      "OpenAI takes no open thinking",
      [user("a"), native, call("1"), output("1", "x")],
      openai,
      [said("a"), called("1"), result("1", "x")],
    ],
    [
      "OpenAI refuses thinking that nothing follows",
      [user("a"), sealed, user("b")],
      openai,
      [said("a\n\nb")],
    ],
    [
      "open thinking in one part of text, as llama.cpp wants it",
      [user("a"), native, call("1"), output("1", "x")],
      local,
      [
        said("a"),
        { type: "reasoning", id: "rs_9", summary: [], content: [{ type: "reasoning_text", text: "Hm." }] },
        called("1"),
        result("1", "x"),
      ],
    ],
    [
      "a summary is all there is, and what Ollama sealed is plain",
      [user("a"), { ...sealed, encrypted_content: "Plan." }, call("1"), output("1", "x")],
      local,
      [
        said("a"),
        {
          type: "reasoning",
          id: "rs_1",
          summary: sealed.summary,
          content: [{ type: "reasoning_text", text: "Plan." }],
          encrypted_content: "Plan.",
        },
        called("1"),
        result("1", "x"),
      ],
    ],
    [
      "thinking of the other API gets an id",
      [user("a"), reasoning("Hm.", "reasoning_content"), call("1"), output("1", "x")],
      local,
      [
        said("a"),
        { type: "reasoning", id: "rs_1", summary: [], content: [{ type: "reasoning_text", text: "Hm." }] },
        called("1"),
        result("1", "x"),
      ],
    ],
    [
      "neither inline thinking nor that of turns without calls",
      [user("a"), reasoning("Hm."), call("1"), output("1", "x"), native, assistant("b"), user("c")],
      local,
      [said("a"), called("1"), result("1", "x"), answer("b", "msg_5"), said("c")],
    ],
  ])("%s", (_, items, dialect, expected) => {
    expect(inputOf(items, dialect)).toEqual(expected);
  });

  test("tools in the prompt: calls and results are text", () => {
    const body = encode(
      { items: [user("a"), call("1"), output("1", "x"), user("b")], tools: [shell] },
      { ...local, tools: "prompt" },
    );
    expect(body["tools"]).toBeUndefined();
    expect(body["instructions"]).toContain("<tools>");
    expect(body["input"]).toEqual([
      said("a"),
      answer('<tool_call>\n{"name": "shell", "arguments": {}}\n</tool_call>', "msg_1"),
      said("<tool_response>\nx\n</tool_response>\n\nb"),
    ]);
  });
});
