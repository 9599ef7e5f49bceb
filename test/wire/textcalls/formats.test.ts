import { describe, expect, test } from "vitest";
import type { ToolSpec } from "../../../src/protocol/index.ts";
import { FORMATS as FORMATS_READ } from "../../../src/wire/textcalls/formats.ts";
import { createTextCallScanner } from "../../../src/wire/textcalls/scanner.ts";
import { seededRandom } from "../../support/seeded-random.ts";

/** Every format with values that hurt, cut everywhere. */

const TOOLS: readonly ToolSpec[] = [
  {
    name: "write_file",
    description: "",
    parameters: {
      type: "object",
      properties: { path: { type: "string" }, content: { type: "string" }, mode: { type: "integer" } },
      required: ["path", "content", "mode"],
    },
  },
  { name: "git_status", description: "", parameters: { type: "object", properties: {} } },
];

interface Arguments {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/** How one call is written; `calls` writes several where that is more than one after the other. */
interface Format {
  readonly write: (values: Arguments) => string;
  /** What a value can't hold in this format. */
  readonly never?: RegExp;
}

const json = (values: object) => JSON.stringify(values);
const python = (text: string) => `'${text.replace(/[\\']/g, "\\$&").replace(/\n/g, "\\n")}'`;
const parameters = (tag: string, { path, content, mode }: Arguments) =>
  [
    ["path", path],
    ["content", content],
    ["mode", String(mode)],
  ]
    .map(([name, value]) => `<${tag}=${name}>\n${value}\n</${tag}>\n`)
    .join("");
const named = (prefix: string, { path, content, mode }: Arguments, attributes = ["", "", ""]) =>
  [
    ["path", path],
    ["content", content],
    ["mode", String(mode)],
  ]
    .map(([name, value], index) => `<${prefix} name="${name}"${attributes[index]}>${value}</${prefix}>\n`)
    .join("");
const hermes = (values: Arguments) => `{"name": "write_file", "arguments": ${json(values)}}`;
const pythonCall = ({ path, content, mode }: Arguments) =>
  `write_file(path=${python(path)}, content=${python(content)}, mode=${mode})`;
const NAMESPACE = "]<]minimax[>[";

const FORMATS: Readonly<Record<string, Format>> = {
  hermes: { write: (values) => `<tool_call>\n${hermes(values)}\n</tool_call>` },
  "qwen3-coder": {
    write: (values) =>
      `<tool_call>\n<function=write_file>\n${parameters("parameter", values)}</function>\n</tool_call>`,
  },
  "qwen3-coder without its first tag": {
    write: (values) => `<function=write_file>\n${parameters("parameter", values)}</function>\n</tool_call>`,
  },
  "seed-oss": {
    write: (values) =>
      `<seed:tool_call>\n<function=write_file>\n${parameters("parameter", values).replace(/>\n|\n<\//g, (match) => match.trim())}</function>\n</seed:tool_call>`,
    never: /\n/,
  },
  "mistral array": {
    write: (values) => `[TOOL_CALLS][{"name": "write_file", "arguments": ${json(values)}}]`,
  },
  "mistral name and arguments": { write: (values) => `[TOOL_CALLS]write_file[ARGS]${json(values)}` },
  "mistral with an id": {
    write: (values) => `[TOOL_CALLS]write_file[CALL_ID]abcDEF123[ARGS]${json(values)}`,
  },
  "llama python tag": {
    write: (values) => `<|python_tag|>{"name": "write_file", "parameters": ${json(values)}}<|eom_id|>`,
  },
  "llama function tag": { write: (values) => `<function=write_file>${json(values)}</function>` },
  "llama 4": { write: (values) => `<|python_start|>[${pythonCall(values)}]<|python_end|>` },
  "deepseek r1": {
    write: (values) =>
      `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>write_file\n\`\`\`json\n${json(values)}\n\`\`\`<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
  },
  "deepseek v3.1": {
    write: (values) =>
      `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>write_file<｜tool▁sep｜>${json(values)}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
  },
  ...Object.fromEntries(
    ["function_calls", "tool_calls"].map((tag) => [
      `deepseek dsml ${tag}`,
      {
        write: (values: Arguments) =>
          `<｜DSML｜${tag}>\n<｜DSML｜invoke name="write_file">\n${named("｜DSML｜parameter", values, [' string="true"', ' string="true"', ' string="false"'])}</｜DSML｜invoke>\n</｜DSML｜${tag}>`,
      },
    ]),
  ),
  "kimi k2": {
    write: (values) =>
      `<|tool_calls_section_begin|><|tool_call_begin|>functions.write_file:0<|tool_call_argument_begin|>${json(values)}<|tool_call_end|><|tool_calls_section_end|>`,
  },
  "kimi k2 without a section": {
    write: (values) =>
      `<|tool_call_begin|>functions.write_file:0<|tool_call_argument_begin|>${json(values)}<|tool_call_end|>`,
  },
  ...Object.fromEntries(
    ["\n", ""].map((space) => [
      `glm with ${space === "" ? "nothing" : "line breaks"} between`,
      {
        write: ({ path, content, mode }: Arguments) =>
          `<tool_call>write_file${space}<arg_key>path</arg_key>${space}<arg_value>${path}</arg_value>${space}<arg_key>content</arg_key>${space}<arg_value>${content}</arg_value>${space}<arg_key>mode</arg_key>${space}<arg_value>${mode}</arg_value>${space}</tool_call>`,
      },
    ]),
  ),
  "hunyuan 3": {
    write: ({ path, content, mode }) =>
      `<tool_calls>\n<tool_call>write_file<tool_sep>\n<arg_key>path</arg_key>\n<arg_value>${path}</arg_value>\n<arg_key>content</arg_key>\n<arg_value>${content}</arg_value>\n<arg_key>mode</arg_key>\n<arg_value>${mode}</arg_value>\n</tool_call>\n</tool_calls>`,
  },
  "jamba, apriel, hunyuan a13b": { write: (values) => `<tool_calls>[${hermes(values)}]</tool_calls>` },
  "minimax m2": {
    write: (values) =>
      `<minimax:tool_call>\n<invoke name="write_file">\n${named("parameter", values)}</invoke>\n</minimax:tool_call>`,
  },
  "minimax m3": {
    write: ({ path, content, mode }) =>
      `${NAMESPACE}<tool_call>\n${NAMESPACE}<invoke name="write_file">${NAMESPACE}<path>${path}${NAMESPACE}</path>${NAMESPACE}<content>${content}${NAMESPACE}</content>${NAMESPACE}<mode>${mode}${NAMESPACE}</mode>${NAMESPACE}</invoke>\n${NAMESPACE}</tool_call>`,
  },
  "invoke without what wraps it": {
    write: (values) =>
      `<invoke name="write_file">\n${named("parameter", values)}</invoke>\n</function_calls>`,
  },
  "olmo 3": { write: (values) => `<function_calls>${pythonCall(values)}</function_calls>` },
  "step 3": {
    write: (values) =>
      `<｜tool_calls_begin｜>\n<｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="write_file">\n${named("steptml:parameter", values)}</steptml:invoke><｜tool_call_end｜>\n<｜tool_calls_end｜>`,
  },
  minicpm: {
    write: ({ path, content, mode }) =>
      `<function name="write_file"><param name="path">${path}</param><param name="content"><![CDATA[${content}]]></param><param name="mode">${mode}</param></function>`,
  },
  lfm2: { write: (values) => `<|tool_call_start|>[${pythonCall(values)}]<|tool_call_end|>` },
  "lm studio": { write: (values) => `[TOOL_REQUEST]${hermes(values)}[END_TOOL_REQUEST]` },
  "nemotron 2": { write: (values) => `<TOOLCALL>[${hermes(values)}]</TOOLCALL>` },
  longcat: { write: (values) => `<longcat_tool_call>\n${hermes(values)}\n</longcat_tool_call>` },
  "command r7b": {
    write: (values) =>
      `<|START_ACTION|>[\n{"tool_call_id": "0", "tool_name": "write_file", "parameters": ${json(values)}}\n]<|END_ACTION|>`,
  },
  "command r+": {
    write: (values) =>
      `Action: \`\`\`json\n[{"tool_name": "write_file", "parameters": ${json(values)}}]\n\`\`\``,
  },
  internlm: {
    write: (values) =>
      `<|action_start|> <|plugin|>\n{"name": "write_file", "parameters": ${json(values)}}<|action_end|>`,
  },
  "granite 3": { write: (values) => `<|tool_call|>[${hermes(values)}]` },
  "granite 20b": { write: (values) => `<function_call> ${hermes(values)}` },
  "phi 4 mini": { write: (values) => `<|tool_call|>[${hermes(values)}]<|/tool_call|>` },
  functools: { write: (values) => `functools[${hermes(values)}]` },
  "functools on lines": { write: (values) => `functools[\n  ${hermes(values)}\n]` },
  "gemma 3": {
    write: ({ path, content, mode }) =>
      `\`\`\`tool_code\nwrite_file(path=${python(path)}, content=${python(content)}, mode=${mode})\n\`\`\``,
  },
  "harmony behind text": {
    write: (values) =>
      `<|end|><|start|>assistant<|channel|>commentary to=functions.write_file <|constrain|>json<|message|>${json(values)}<|call|>`,
  },
  gigachat: { write: (values) => `<|function_call|>${hermes(values)}` },
  apertus: { write: (values) => `<|tools_prefix|>[{"write_file": ${json(values)}}]<|tools_suffix|>` },
  functiongemma: {
    write: ({ path, content, mode }) =>
      `<start_function_call>call:write_file{path:<escape>${path}<escape>,content:<escape>${content}<escape>,mode:${mode}}<end_function_call>`,
  },
  "gemma 4": {
    write: ({ path, content, mode }) =>
      `<|tool_call>call:write_file{path:<|"|>${path}<|"|>,content:<|"|>${content}<|"|>,mode:${mode}}<tool_call|>`,
  },
};

const CONTENTS = [
  "ls && echo \"a > b\" 'c' < d",
  "if (a < b) {\n  return `x` // 你好 🚀\n}",
  "</b><tag attr=\"1\">{[(\\n)]}</tag>, null: 'x'",
  'C:\\temp\\new \\"quoted\\"',
  '# Heading\n\n```json\n{"name": "git_status"}\n```\nend',
  "</think> and <think>",
  "",
];

describe.each(Object.entries(FORMATS))("%s", (_, { write, never }) => {
  const values = CONTENTS.filter((content) => never?.test(content) !== true).map((content) => ({
    path: "a b/ü.ts",
    content,
    mode: 420,
  }));

  test.each(values)("a call with $content", (given) => {
    const text = `Now.\n${write(given)}`;
    const expected = { text: "Now.", calls: [["write_file", given]], invalid: 0 };
    for (const pieces of [[text], [...text], ...randomly(text)]) {
      expect(scan(pieces)).toEqual(expected);
    }
  });

  test("two calls, and text after them", () => {
    const [first, second] = values;
    if (first !== undefined && second !== undefined) {
      const text = `${write(first)}\n${write(second)}\nDone.`;
      expect(scan([text])).toEqual({
        text: "Done.",
        calls: [
          ["write_file", first],
          ["write_file", second],
        ],
        invalid: 0,
      });
    }
  });

  test("cut anywhere it is never another call", () => {
    for (const given of values) {
      const text = write(given);
      for (let length = 0; length < text.length; length += 1) {
        const { calls } = scan([text.slice(0, length)]);
        expect({ length, calls: calls.filter(([, found]) => JSON.stringify(found) !== json(given)) }).toEqual(
          {
            length,
            calls: [],
          },
        );
      }
    }
  });
});

test.each(FORMATS_READ.flatMap(({ opens }) => opens(TOOLS)))(
  "what can't become %s is given out with the delta that tells",
  (open) => {
    for (let length = 1; length < open.length; length += 1) {
      const scanner = createTextCallScanner({ tools: TOOLS, place: "answer" });
      const given = ["So ", open.slice(0, length), "§"].flatMap((text) => scanner.push(text));
      const text = given.map((piece) => (piece.kind === "text" ? piece.text : "")).join("");
      expect(text).toBe(`So ${open.slice(0, length)}§`);
    }
  },
);

function scan(pieces: readonly string[]): {
  text: string;
  calls: [string | null, unknown][];
  invalid: number;
} {
  const scanner = createTextCallScanner({ tools: TOOLS, place: "answer" });
  const found = [...pieces.flatMap((piece) => scanner.push(piece)), ...scanner.end()];
  const calls = found.flatMap((piece) => (piece.kind === "calls" ? piece.calls : []));
  return {
    text: found
      .map((piece) => (piece.kind === "text" ? piece.text : ""))
      .join("")
      .trim(),
    calls: calls.flatMap((call): [string | null, unknown][] =>
      call.whole ? [[call.name, JSON.parse(call.argumentsText)]] : [],
    ),
    invalid: calls.filter((call) => !call.whole).length,
  };
}

function randomly(text: string): string[][] {
  return [1, 2, 3].map((seed) => {
    const random = seededRandom(seed);
    const pieces: string[] = [];
    for (let start = 0; start < text.length; ) {
      const length = 1 + Math.floor(random() * 12);
      pieces.push(text.slice(start, start + length));
      start += length;
    }
    return pieces;
  });
}
