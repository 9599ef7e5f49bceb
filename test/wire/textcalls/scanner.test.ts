import { describe, expect, test } from "vitest";
import type { ToolSpec } from "../../../src/protocol/index.ts";
import type { AssembledCall } from "../../../src/wire/chat/tool-calls.ts";
import type { Piece } from "../../../src/wire/textcalls/piece.ts";
import { createTextCallScanner } from "../../../src/wire/textcalls/scanner.ts";

const TOOLS: readonly ToolSpec[] = [
  tool("read_file", { path: { type: "string" }, start_line: { type: "integer" } }),
  tool("write_file", { path: { type: "string" }, content: { type: "string" } }),
  tool("grep", { pattern: { type: "string" }, paths: { type: "array" }, all: { type: "boolean" } }),
  tool("git_status", {}),
];

function tool(name: string, properties: NonNullable<ToolSpec["parameters"]["properties"]>): ToolSpec {
  return { name, description: "", parameters: { type: "object", properties } };
}

interface Case {
  readonly title: string;
  readonly text: string;
  readonly calls?: readonly (readonly [name: string, values: object, id?: string])[];
  readonly invalid?: readonly (string | null)[];
  /** What stays as text, trimmed; nothing if absent. */
  readonly rest?: string;
}

const READ = ["read_file", { path: "a" }] as const;
const STATUS = ["git_status", {}] as const;
const JSON_READ = '{"name": "read_file", "arguments": {"path": "a"}}';
const QWEN_READ = "<function=read_file>\n<parameter=path>\na\n</parameter>\n</function>";

const FORMATS: readonly Case[] = [
  { title: "hermes", text: `<tool_call>\n${JSON_READ}\n</tool_call>`, calls: [READ] },
  {
    title: "hermes: an array",
    text: `<tool_call>[${JSON_READ},{"name":"git_status"}]</tool_call>`,
    calls: [READ, STATUS],
  },
  {
    title: "hermes: parameters",
    text: '<tool_call>{"name":"read_file","parameters":{"path":"a"}}</tool_call>',
    calls: [READ],
  },
  {
    title: "hermes: arguments in a string",
    text: '<tool_call>{"name":"read_file","arguments":"{\\"path\\":\\"a\\"}"}</tool_call>',
    calls: [READ],
  },
  {
    title: "hermes: a raw line break in a string",
    text: '<tool_call>{"name":"read_file","arguments":{"path":"a\nb"}}</tool_call>',
    calls: [["read_file", { path: "a\nb" }]],
  },
  {
    title: "hermes: the closing marker in a string",
    text: '<tool_call>{"name":"read_file","arguments":{"path":"</tool_call>\\""}}</tool_call>',
    calls: [["read_file", { path: '</tool_call>"' }]],
  },
  {
    title: "hermes: two, the first unclosed",
    text: `<tool_call>${JSON_READ}\n<tool_call>{"name":"git_status"}</tool_call>`,
    calls: [READ, STATUS],
  },
  { title: "qwen", text: `<tool_call>\n${QWEN_READ}\n</tool_call>`, calls: [READ] },
  {
    title: "qwen: without the opening marker",
    text: `Well.\n${QWEN_READ}\n</tool_call>\nDone.`,
    calls: [READ],
    rest: "Well.\n\nDone.",
  },
  {
    title: "qwen: markers in a value",
    text: "<tool_call><function=read_file><parameter=path></function></tool_call></parameter></function></tool_call>",
    calls: [["read_file", { path: "</function></tool_call>" }]],
  },
  {
    title: "qwen: one framing line break, no more",
    text: "<tool_call><function=read_file><parameter=path>\n\n a\n\n</parameter></function></tool_call>",
    calls: [["read_file", { path: "\n a\n" }]],
  },
  {
    title: "values by the schema",
    text: '<tool_call><function=grep><parameter=pattern>5</parameter><parameter=paths>["a"]</parameter><parameter=all>true</parameter><parameter=other>1</parameter></function></tool_call>',
    calls: [["grep", { pattern: "5", paths: ["a"], all: true, other: "1" }]],
  },
  {
    title: "a value that is not what the schema says",
    text: "<tool_call><function=read_file><parameter=start_line>one</parameter></function></tool_call>",
    calls: [["read_file", { start_line: "one" }]],
  },
  {
    title: "seed: line breaks are data",
    text: "<seed:tool_call><function=read_file><parameter=path>a\n</parameter></function></seed:tool_call>",
    calls: [["read_file", { path: "a\n" }]],
  },
  {
    title: "mistral: array, with an id",
    text: '[TOOL_CALLS][{"name":"read_file","arguments":{"path":"a"},"id":"123456789"}]',
    calls: [[...READ, "123456789"]],
  },
  {
    title: "mistral: name and arguments",
    text: '[TOOL_CALLS]read_file[ARGS]{"path":"a"}[TOOL_CALLS]git_status[ARGS]{}</s>',
    calls: [READ, STATUS],
  },
  {
    title: "mistral: with an id of the call",
    text: '[TOOL_CALLS]read_file[CALL_ID]abc[ARGS]{"path":"a"} Done.',
    calls: [[...READ, "abc"]],
    rest: "Done.",
  },
  {
    title: "llama: python tag",
    text: '<|python_tag|>{"name":"read_file","parameters":{"path":"a"}}; {"name":"git_status","parameters":{}}<|eom_id|>',
    calls: [READ, STATUS],
  },
  { title: "llama: function tag", text: '<function=read_file>{"path":"a"}</function>', calls: [READ] },
  {
    title: "llama: bare JSON",
    text: '{"name": "read_file", "parameters": {"path": "a"}}<|eot_id|>',
    calls: [READ],
  },
  { title: "llama 4: pythonic", text: "[read_file(path='a'), git_status()]", calls: [READ, STATUS] },
  {
    title: "deepseek r1",
    text: '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read_file\n```json\n{"path":"a"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    calls: [READ],
  },
  {
    title: "deepseek v3.1",
    text: '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>read_file<｜tool▁sep｜>{"path":"a"}<｜tool▁call▁end｜><｜tool▁call▁begin｜>git_status<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    calls: [READ, STATUS],
  },
  {
    title: "deepseek: without a section",
    text: '<｜tool▁call▁begin｜>read_file<｜tool▁sep｜>{"path":"a"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>Done.',
    calls: [READ],
    rest: "Done.",
  },
  {
    title: "deepseek v3.2",
    text: '<｜DSML｜function_calls>\n<｜DSML｜invoke name="read_file">\n<｜DSML｜parameter name="path" string="true">a</｜DSML｜parameter>\n<｜DSML｜parameter name="start_line" string="false">3</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
    calls: [["read_file", { path: "a", start_line: 3 }]],
  },
  {
    title: "deepseek v4",
    text: '<｜DSML｜tool_calls><｜DSML｜invoke name="git_status"></｜DSML｜invoke></｜DSML｜tool_calls>',
    calls: [STATUS],
  },
  {
    title: "kimi k2",
    text: '<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path":"a"}<|tool_call_end|><|tool_calls_section_end|>',
    calls: [[...READ, "functions.read_file:0"]],
  },
  {
    title: "kimi k2: without a section",
    text: '<|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path":"a"}<|tool_call_end|>Done.',
    calls: [[...READ, "functions.read_file:0"]],
    rest: "Done.",
  },
  {
    title: "glm 4.5",
    text: "<tool_call>read_file\n<arg_key>path</arg_key>\n<arg_value>a</arg_value>\n</tool_call>",
    calls: [READ],
  },
  {
    title: "glm 4.7: compact, no arguments",
    text: "<tool_call>git_status</tool_call><tool_call>read_file<arg_key>path</arg_key><arg_value>a</arg_value></tool_call>",
    calls: [STATUS, READ],
  },
  {
    title: "minimax m2",
    text: '<minimax:tool_call>\n<invoke name="read_file">\n<parameter name="path">a</parameter>\n<parameter name="start_line">3</parameter>\n</invoke>\n<invoke name="git_status">\n</invoke>\n</minimax:tool_call>',
    calls: [["read_file", { path: "a", start_line: 3 }], STATUS],
  },
  {
    title: "lfm2",
    text: "<|tool_call_start|>[grep(pattern='it\\'s', paths=[\"a\", 'b'], all=True), git_status()]<|tool_call_end|>Done.",
    calls: [["grep", { pattern: "it's", paths: ["a", "b"], all: true }], STATUS],
    rest: "Done.",
  },
  { title: "lm studio", text: `[TOOL_REQUEST]${JSON_READ}[END_TOOL_REQUEST]`, calls: [READ] },
  { title: "nemotron 2", text: `<TOOLCALL>[${JSON_READ}]</TOOLCALL>`, calls: [READ] },
  { title: "functools", text: `functools[${JSON_READ}] Done.`, calls: [READ], rest: "Done." },
  {
    title: "command-r7b",
    text: '<|START_ACTION|>[{"tool_call_id":"0","tool_name":"read_file","parameters":{"path":"a"}}]<|END_ACTION|>',
    calls: [READ],
  },
  {
    title: "command-r+",
    text: 'Action: ```json\n[{"tool_name":"read_file","parameters":{"path":"a"}}]\n```',
    calls: [READ],
  },
  { title: "apriel", text: `<tool_calls>[${JSON_READ}]</tool_calls>`, calls: [READ] },
  { title: "apertus", text: '<|tools_prefix|>[{"read_file":{"path":"a"}}]<|tools_suffix|>', calls: [READ] },
  {
    title: "functiongemma",
    text: "<start_function_call>call:grep{pattern:<escape>a,b{c}<escape>,paths:[<escape>a<escape>],all:false}<end_function_call>",
    calls: [["grep", { pattern: "a,b{c}", paths: ["a"], all: false }]],
  },
  {
    title: "gemma 4",
    text: '<|tool_call>call:read_file{path:<|"|><tool_call|><|"|>,start_line:3}<tool_call|>',
    calls: [["read_file", { path: "<tool_call|>", start_line: 3 }]],
  },
  { title: "gemma 3", text: '```tool_code\nread_file(path="a")\n```', calls: [READ] },
  { title: "gemma 3, printed", text: '```tool_code\nprint(read_file(path="a"))\n```', calls: [READ] },
  { title: "fenced JSON", text: `\`\`\`json\n${JSON_READ}\n\`\`\``, calls: [READ] },
  {
    title: "a fence around a marked call",
    text: `\`\`\`xml\n<tool_call>${JSON_READ}</tool_call>\n\`\`\``,
    calls: [READ],
  },
];

const NAMES: readonly Case[] = [
  {
    title: "a namespace is taken off",
    text: '<tool_call>{"name":"functions.git_status"}</tool_call>',
    calls: [STATUS],
  },
  {
    title: "a name that was not offered, after a marker",
    text: '<tool_call>{"name":"rm","arguments":{}}</tool_call>',
    invalid: ["rm"],
  },
  {
    title: "a name that was not offered, in bare JSON",
    text: '{"name": "rm", "arguments": {}}',
    rest: '{"name": "rm", "arguments": {}}',
  },
  {
    title: "a name that was not offered, in a function tag",
    text: "<function=rm></function>",
    rest: "<function=rm></function>",
  },
  {
    title: "JSON that is not the whole message",
    text: `${JSON_READ}\nThat was it.`,
    rest: `${JSON_READ}\nThat was it.`,
  },
  { title: "functools of Python", text: "functools[0] is none.", rest: "functools[0] is none." },
  { title: "JSON after prose", text: `So: ${JSON_READ}`, rest: `So: ${JSON_READ}` },
];

const CUT: readonly Case[] = [
  {
    title: "a body without end, its name known",
    text: 'Now. <tool_call>{"name":"read_file","arguments":{"pa',
    invalid: ["read_file"],
    rest: "Now.",
  },
  { title: "a name that is cut", text: "<tool_call>read_fi", invalid: [null] },
  { title: "nothing but a marker", text: "[TOOL_CALLS]", invalid: [null] },
  {
    title: "a body that can't be read, then a good one",
    text: `<tool_call>?</tool_call>mid<tool_call>${JSON_READ}</tool_call>`,
    invalid: [null],
    calls: [READ],
    rest: "mid",
  },
  {
    title: "a quote that never ends does not swallow the rest",
    text: `<tool_call>{"name":"read_file}</tool_call>mid<tool_call>${JSON_READ}</tool_call>`,
    invalid: [null],
    calls: [READ],
    rest: "mid",
  },
  { title: "whole, but for its closing marker", text: `<tool_call>${JSON_READ}`, calls: [READ] },
  {
    title: "a value that is cut",
    text: "<tool_call><function=read_file><parameter=path>/us",
    invalid: ["read_file"],
  },
  {
    title: "the second of two is cut",
    text: '<|tool_call_begin|>functions.git_status:0<|tool_call_argument_begin|>{}<|tool_call_begin|>functions.read_file:1<|tool_call_argument_begin|>{"pa',
    calls: [[...STATUS, "functions.git_status:0"]],
    invalid: ["read_file"],
  },
  {
    title: "whole, but for half its closing marker",
    text: `<tool_call>${JSON_READ}\n</tool_ca`,
    calls: [READ],
  },
  { title: "a part of a marker", text: "a <tool_c", rest: "a <tool_c" },
  { title: "another marker", text: "a [TOOL_CALLSX", rest: "a [TOOL_CALLSX" },
  {
    title: "Python with anything but literals",
    text: "<|tool_call_start|>[read_file(path=open('x'))]<|tool_call_end|>",
    invalid: ["read_file"],
  },
  {
    title: "nested deeper than the stack",
    text: `<tool_call>{"name":"git_status","arguments":${"[".repeat(100_000)}`,
    invalid: ["git_status"],
  },
  {
    title: "whole, and nested deeper than the stack",
    text: `<tool_call>{"name":"git_status","arguments":{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}}</tool_call>`,
    invalid: ["git_status"],
  },
];

const QUOTED = `So:\n\`\`\`\n<tool_call>${JSON_READ}</tool_call>\n\`\`\`\n`;

const FENCES: readonly Case[] = [
  { title: "a fence after prose is a quotation", text: `${QUOTED}Done.`, rest: `${QUOTED}Done.` },
  {
    title: "and ends",
    text: `${QUOTED}<tool_call>${JSON_READ}</tool_call>`,
    calls: [READ],
    rest: QUOTED.trim(),
  },
  {
    title: "a shorter fence ends nothing",
    text: `So:\n~~~~\n~~~\n<tool_call>x</tool_call>`,
    rest: "So:\n~~~~\n~~~\n<tool_call>x</tool_call>",
  },
  { title: "a fence without a call", text: "```json\n{}\n```", rest: "```json\n{}\n```" },
  {
    title: "a marker in backticks is spoken of",
    text: "Write `<tool_call>` and `[TOOL_CALLS]`, or `<|START_RESPONSE|>`.",
    rest: "Write `<tool_call>` and `[TOOL_CALLS]`, or `<|START_RESPONSE|>`.",
  },
  { title: "a marker in backticks at the end", text: "Write `<tool_call>", rest: "Write `<tool_call>" },
  {
    title: "an inline fence is none",
    text: "So: ```x```\n<tool_call>git_status</tool_call>",
    calls: [STATUS],
    rest: "So: ```x```",
  },
];

describe.each(Object.entries({ FORMATS, NAMES, CUT, FENCES }))("%s", (_, cases) => {
  test.each(cases)("$title", ({ text, calls = [], invalid = [], rest = "" }) => {
    for (const parts of [[text], text.length < 5000 ? [...text] : [text]]) {
      const pieces = scan(parts, TOOLS);
      expect(textOf(pieces).trim()).toBe(rest);
      expect(
        callsOf(pieces).flatMap((call) =>
          call.whole ? [[call.name, JSON.parse(call.argumentsText), call.id]] : [],
        ),
      ).toEqual(calls.map(([name, values, id]) => [name, values, id]));
      expect(callsOf(pieces).flatMap((call) => (call.whole ? [] : [call.name]))).toEqual(invalid);
    }
  });

  test.each(cases)("no tool offered: $title", ({ text }) => {
    expect(textOf(scan([text], []))).toBe(text);
  });
});

test("how the text is cut makes no difference", () => {
  let seed = 1;
  const below = (limit: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return Math.floor(seed / 256) % limit;
  };
  const words = [...FORMATS, ...CUT.slice(0, 5), ...FENCES].flatMap(({ text }) =>
    text.split(/(?<=[>\]])|(?=[<[`])/),
  );
  for (let round = 0; round < 2000; round += 1) {
    const text = Array.from({ length: 1 + below(14) }, () => words[below(words.length)]).join("");
    const expected = merged(scan([text], TOOLS));
    expect(merged(scan([...text], TOOLS))).toEqual(expected);
    const cut = below(text.length + 1);
    expect(merged(scan([text.slice(0, cut), text.slice(cut)], TOOLS))).toEqual(expected);
  }
});

test("no more is held back than may become a marker", () => {
  const scanner = createTextCallScanner({ tools: TOOLS, place: "answer" });
  expect(["Is a ", "< b", " <tool", "box>"].map((text) => textOf(scanner.push(text)))).toEqual([
    "Is a ",
    "< b",
    " ",
    "<toolbox>",
  ]);
});

test("a JSON answer that is no call is not held back", () => {
  const scanner = createTextCallScanner({ tools: TOOLS, place: "answer" });
  expect(textOf(scanner.push('{"name": "my-app", '))).toBe('{"name": "my-app", ');
});

test("in the reasoning only Kimi's tokens count", () => {
  const scanner = createTextCallScanner({ tools: TOOLS, place: "reasoning-field" });
  const hermes = `<tool_call>${JSON_READ}</tool_call>`;
  const pieces = [
    ...scanner.push(`${hermes}<|tool_call_begin|>functions.git_status:0<|tool_call_argument_begin|>{}`),
    ...scanner.end(),
  ];
  expect(textOf(pieces)).toBe(hermes);
  expect(callsOf(pieces)).toEqual([
    { name: "git_status", argumentsText: "{}", id: "functions.git_status:0", whole: true, repairs: [] },
  ]);
});

test("what one answer settles says nothing of the next, though they share their table of markers", () => {
  const tools = [...TOOLS];
  const settled = createTextCallScanner({ tools, place: "answer" });
  settled.settleThinking();
  settled.silence("</answer>");
  expect(settled.push("a</think></answer>b")).toEqual([{ kind: "text", text: "a</think>b" }]);
  const next = () => merged(scan(["a</answer></think>b"], tools)).map((piece) => piece.kind);
  expect([next(), next()]).toEqual([
    ["text", "thinking-closed", "text"],
    ["text", "thinking-closed", "text"],
  ]);
});

function scan(parts: readonly string[], tools: readonly ToolSpec[]): Piece[] {
  const scanner = createTextCallScanner({ tools, place: "answer" });
  return [...parts.flatMap((part) => scanner.push(part)), ...scanner.end()];
}

function callsOf(pieces: readonly Piece[]): AssembledCall[] {
  return pieces.flatMap((piece) => (piece.kind === "calls" ? piece.calls : []));
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (piece.kind === "text" ? piece.text : "")).join("");
}

/** Text in a row as one piece. */
function merged(pieces: readonly Piece[]): Piece[] {
  const all: Piece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (piece.kind === "text" && last?.kind === "text") {
      all[all.length - 1] = { kind: "text", text: last.text + piece.text };
    } else {
      all.push(piece);
    }
  }
  return all;
}
