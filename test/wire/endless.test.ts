import { describe, expect, test } from "vitest";
import { createBodyReader } from "../../src/wire/body/body-reader.ts";
import { createChatDecoder } from "../../src/wire/chat/decode.ts";
import type { ModelEvent } from "../../src/wire/index.ts";
import type { ResponseDecoder } from "../../src/wire/response-decoder.ts";
import { type Endless, growthOfWork } from "../support/endless.ts";
import { delta, sse } from "../support/scripted-http.ts";

/** Answers that never end: each piece costs what it weighs, however much came before it. */

const content = (text: string) => delta({ content: text });
const toolCall = (call: object) => delta({ tool_calls: [call] });
const shell = (argumentsPart: string) => ({ name: "shell", arguments: argumentsPart });

/** Text after an opening that promises a call or a block which is never closed. */
const OPENINGS = [
  "",
  "<think>",
  "</think>",
  "<tool_call>",
  '<tool_call>{"name":"shell","arguments":{"command":"',
  "<tool_call><function=shell><parameter=command>",
  "<tool_call>shell\n<arg_key>command</arg_key><arg_value>",
  '[TOOL_CALLS][{"name":"shell","arguments":{"command":"',
  '[TOOL_CALLS]shell[ARGS]{"command":"',
  '<|tool_call_start|>[shell(command="',
  "<|tool_calls_section_begin|><|tool_call_begin|>functions.shell:0<|tool_call_argument_begin|>",
  '<|channel|>commentary to=functions.shell <|constrain|>json<|message|>{"command":"',
  "<|channel|>analysis<|message|>",
  "<|channel|>",
  '{"name":"shell","parameters":{"command":"',
  '```json\n{"name":"shell","parameters":{"command":"',
  "```tool_code\nshell(command='",
  '<minimax:tool_call><invoke name="shell"><parameter name="command">',
  "<start_function_call>call:shell{command:<escape>",
  "<|channel>thought\n",
  "[THINK]",
];

/** What the same few characters over and over may look like the beginning of. */
const REPEATED = [
  "a",
  "word ",
  "\n",
  "   ",
  "<",
  "</",
  "<|",
  "<think",
  "</think",
  "<tool_call",
  "<tool_call>",
  "</tool_call>",
  "<function=",
  "[",
  "[TOOL_",
  "[TOOL_CALLS]",
  "{",
  "}",
  '{"a":',
  '"',
  "\\",
  "`",
  "```",
  "```json\n",
  "<|channel|>",
  "<|message|>",
  "<|end|>",
  "shell(",
  "<arg_key>",
];

const ENDLESS: readonly Endless[] = [
  ...OPENINGS.flatMap((opening) =>
    ["word ", '"', "<"].map((text) => ({
      name: `${JSON.stringify(text)} after ${JSON.stringify(opening)}`,
      head: content(opening),
      frame: () => content(text),
    })),
  ),
  ...REPEATED.map((text) => ({ name: `${JSON.stringify(text)} as text`, frame: () => content(text) })),
  ...REPEATED.map((text) => ({
    name: `${JSON.stringify(text)} as thinking`,
    frame: () => delta({ reasoning_content: text }),
  })),
  {
    name: "text and thinking in turn",
    frame: (n) => delta(n % 2 === 0 ? { content: "a" } : { reasoning: "b" }),
  },
  { name: "arguments", frame: () => toolCall({ index: 0, id: "1", function: shell("x") }) },
  { name: "arguments of braces", frame: () => toolCall({ index: 0, id: "1", function: shell("}") }) },
  {
    name: "arguments that are whole, and go on with blanks",
    head: toolCall({ index: 0, function: shell("{}") }),
    frame: () => toolCall({ index: 0, function: shell(" ") }),
  },
  {
    name: "arguments without index or id, the name repeated",
    head: toolCall({ function: shell('{"command":"') }),
    frame: () => toolCall({ function: shell("x}") }),
  },
  {
    name: "arguments of braces under other indexes",
    frame: (n) => toolCall({ index: n, function: { arguments: n === 0 ? '{"a":"' : "}" } }),
  },
  {
    name: "arguments of braces under other ids",
    frame: (n) => toolCall({ id: `id${n}`, index: 0, function: { arguments: n === 0 ? '{"a":"' : "}" } }),
  },
  {
    name: "a name alone, again and again",
    frame: (n) => toolCall({ index: 0, function: n === 0 ? shell('{"a":"}') : { name: "shell" } }),
  },
  { name: "calls by index", frame: (n) => toolCall({ index: n, function: shell("{}") }) },
  { name: "calls by id", frame: (n) => toolCall({ id: `id${n}`, function: shell("{}") }) },
  { name: "calls by both", frame: (n) => toolCall({ index: n, id: `id${n}`, function: shell("{}") }) },
  { name: "calls under one id", frame: () => toolCall({ id: "same", function: shell('{"a":1}') }) },
  { name: "calls without either", frame: (n) => toolCall({ function: shell(`{"a":${n}}`) }) },
  { name: "calls in the old form", frame: () => delta({ function_call: shell("x") }) },
  {
    name: "whole calls as text",
    frame: () => content('<tool_call>{"name":"shell","arguments":{}}</tool_call>'),
  },
  { name: "empty frames", frame: () => delta({}) },
  { name: "frames that are no JSON", frame: () => sse("{oops") },
  { name: "usage", frame: (n) => sse({ choices: [], usage: { prompt_tokens: n } }) },
  { name: "prompt progress", frame: (n) => sse({ prompt_progress: { processed: n, total: n + 1 } }) },
  { name: "finish reasons", frame: () => delta({}, "stop") },
  { name: "comments", frame: () => ": keep alive\n\n" },
  { name: "blank lines", frame: () => "\n" },
];

function createDecoder(): ResponseDecoder {
  return createChatDecoder({
    offeredTools: [{ name: "shell", description: "", parameters: { type: "object" } }],
    newCallId: () => "made",
    thinkingStart: "tagged",
  });
}

describe("an answer without end costs what it weighs", () => {
  test.each(ENDLESS)("$name", (endless) => {
    expect(growthOfWork(createDecoder, endless)).toBeLessThan(1.3);
  });
});

test("one line of 50 MB is read", () => {
  const text = "x".repeat(50 * 2 ** 20);
  const decoder = createDecoder();
  const events: ModelEvent[] = [];
  const reader = createBodyReader(decoder, events);
  for (const piece of [content(text), delta({}, "stop")]) {
    reader.push(Buffer.from(piece));
  }
  const { items, completion } = decoder.end(events);
  const [item] = items;
  const kept =
    item?.type === "message" && item.content[0]?.type === "output_text" ? item.content[0].text : "";
  // Compared without being printed.
  expect({ finish: completion.finish, isWhole: kept === text }).toEqual({ finish: "stop", isWhole: true });
});

test.each([
  ["a line", "data: {"],
  ["a JSON value", "{"],
])("%s without end is an error at 64 MB, and nothing more is read", (_, head) => {
  const decoder = createDecoder();
  const events: ModelEvent[] = [];
  const reader = createBodyReader(decoder, events);
  reader.push(Buffer.from(head));
  const piece = Buffer.alloc(2 ** 20, "x");
  let megabytes = 1;
  while (megabytes < 100 && reader.push(piece) !== "ended") {
    megabytes += 1;
  }
  reader.end();
  const { error } = decoder.end(events);
  expect({ megabytes, kind: error?.kind }).toEqual({ megabytes: 64, kind: "server" });
});
