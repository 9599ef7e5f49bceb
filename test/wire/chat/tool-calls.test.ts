import { expect, test } from "vitest";
import { type AssembledCall, createCallAssembler } from "../../../src/wire/chat/tool-calls.ts";

/** One delta, as it stands in `tool_calls`. */
function delta(fields: { id?: unknown; index?: unknown; name?: unknown; args?: unknown }): object {
  const { id, index, name, args } = fields;
  return {
    ...(id === undefined ? {} : { id }),
    ...(index === undefined ? {} : { index }),
    type: "function",
    function: {
      ...(name === undefined ? {} : { name }),
      ...(args === undefined ? {} : { arguments: args }),
    },
  };
}

function nested(depth: number): object {
  let value: object = {};
  for (let level = 0; level < depth; level += 1) {
    value = { inner: value };
  }
  return value;
}

/** Id, name and arguments; a call that must not be run ends in "broken". */
type Row = readonly [id: string | undefined, name: string | null, argumentsText: string, state?: "broken"];

test.each<[string, unknown[], Row[]]>([
  [
    "one call in pieces",
    [
      delta({ id: "a", index: 0, name: "shell", args: "" }),
      delta({ index: 0, args: '{"x"' }),
      delta({ index: 0, args: ":1}" }),
    ],
    [["a", "shell", '{"x":1}']],
  ],
  [
    "one name, once more alone after its arguments, then a second call of it",
    [
      delta({ index: 0, name: "shell", args: '{"x":1}' }),
      delta({ index: 0, name: "shell", args: "" }),
      delta({ index: 0, args: '{"x":' }),
      delta({ index: 0, args: "2}" }),
    ],
    [
      [undefined, "shell", '{"x":1}'],
      [undefined, "shell", '{"x":2}'],
    ],
  ],
  [
    "the name once more alone at the end, and white space",
    [
      delta({ index: 0, name: "shell", args: '{"x":1}' }),
      delta({ index: 0, name: "shell" }),
      delta({ index: 0, args: "\n" }),
    ],
    [[undefined, "shell", '{"x":1}\n']],
  ],
  [
    "arguments that go on under other indexes",
    [
      delta({ id: "a", index: 0, name: "shell", args: '{"x' }),
      delta({ index: 1, args: '":' }),
      delta({ index: 2, args: "1}" }),
      delta({ id: "b", index: 1, name: "shell", args: '{"x":2}' }),
    ],
    [
      ["a", "shell", '{"x":1}'],
      ["b", "shell", '{"x":2}'],
    ],
  ],
  [
    "two calls in turns, whose names come last",
    [
      delta({ id: "a", index: 0, args: '{"x":' }),
      delta({ id: "b", index: 1, args: '{"x":' }),
      delta({ index: 0, name: "shell", args: "1}" }),
      delta({ index: 1, name: "shell", args: "2}" }),
    ],
    [
      ["a", "shell", '{"x":1}'],
      ["b", "shell", '{"x":2}'],
    ],
  ],
  [
    "an id of its own for every delta (vLLM)",
    [
      delta({ id: "a", index: 0, name: "shell", args: "" }),
      delta({ id: "b", index: 0, args: '{"x":' }),
      delta({ id: "c", index: 0, args: "1}" }),
      delta({ id: "d", index: 0, args: "" }),
      delta({ id: "e", index: 1, name: "shell", args: '{"x":2}' }),
    ],
    [
      ["a", "shell", '{"x":1}'],
      ["e", "shell", '{"x":2}'],
    ],
  ],
  [
    "a call repeated under its id, without its arguments and with a part of them",
    [
      delta({ id: "a", index: 0, name: "shell", args: '{"x":1}' }),
      delta({ id: "a", index: 1, name: "shell", args: "" }),
      delta({ id: "a", index: 2, name: "shell", args: '{"x"' }),
    ],
    [["a", "shell", '{"x":1}']],
  ],
  [
    "indexes as text",
    [
      delta({ index: "0", name: "shell", args: '{"x":' }),
      delta({ index: "1", name: "shell", args: '{"x":' }),
      delta({ index: "0", args: "1}" }),
      delta({ index: "1", args: "2}" }),
    ],
    [
      [undefined, "shell", '{"x":1}'],
      [undefined, "shell", '{"x":2}'],
    ],
  ],
  [
    "two calls under one id (LocalAI), one of them sent twice",
    [
      delta({ id: "a", index: 0, name: "shell", args: '{"x":1}' }),
      delta({ id: "a", index: 1, name: "shell", args: '{"x":1}' }),
      delta({ id: "a", index: 2, name: "read", args: '{"y":2}' }),
    ],
    [
      ["a", "shell", '{"x":1}'],
      ["a", "read", '{"y":2}'],
    ],
  ],
  [
    "two calls under one id and no index, each whole",
    [delta({ id: "a", name: "shell", args: '{"x":1}' }), delta({ id: "a", name: "shell", args: '{"x":2}' })],
    [
      ["a", "shell", '{"x":1}'],
      ["a", "shell", '{"x":2}'],
    ],
  ],
  [
    "two calls under one id, the second in pieces",
    [
      delta({ id: "a", index: 0, name: "shell", args: '{"x":1}' }),
      delta({ id: "a", index: 1, name: "shell", args: "" }),
      delta({ index: 1, args: '{"x":2}' }),
    ],
    [
      ["a", "shell", '{"x":1}'],
      ["a", "shell", '{"x":2}'],
    ],
  ],
  [
    "arguments as an object, nested deeper than any stack",
    [delta({ id: "a", index: 0, name: "shell", args: nested(20_000) })],
    [["a", "shell", "(nested too deeply)", "broken"]],
  ],
  [
    "two calls, their pieces interleaved",
    [
      delta({ id: "a", index: 0, name: "shell" }),
      delta({ id: "b", index: 1, name: "read" }),
      delta({ index: 0, args: '{"x":' }),
      delta({ index: 1, args: '{"y":' }),
      delta({ index: 0, args: "1}" }),
      delta({ index: 1, args: "2}" }),
    ],
    [
      ["a", "shell", '{"x":1}'],
      ["b", "read", '{"y":2}'],
    ],
  ],
  [
    "every parallel call at index 0, with ids (ollama#15457)",
    [
      delta({ id: "a", index: 0, name: "shell", args: '{"x":1}' }),
      delta({ id: "b", index: 0, name: "shell", args: '{"x":1}' }),
    ],
    [
      ["a", "shell", '{"x":1}'],
      ["b", "shell", '{"x":1}'],
    ],
  ],
  [
    "every parallel call at index 0, without ids, other names",
    [delta({ index: 0, name: "shell", args: '{"x":1}' }), delta({ index: 0, name: "read", args: '{"y":2}' })],
    [
      [undefined, "shell", '{"x":1}'],
      [undefined, "read", '{"y":2}'],
    ],
  ],
  [
    "every parallel call at index 0, without ids, the same name",
    [
      delta({ index: 0, name: "shell", args: '{"x":1}\n' }),
      delta({ index: 0, name: "shell", args: '{"x":2}' }),
    ],
    [
      [undefined, "shell", '{"x":1}\n'],
      [undefined, "shell", '{"x":2}'],
    ],
  ],
  [
    "blank pieces after whole arguments do not glue the next call on",
    [
      delta({ index: 0, name: "shell", args: '{"x":1}' }),
      delta({ index: 0, args: "\n" }),
      delta({ index: 0, name: "read", args: '{"y":2}' }),
    ],
    [
      [undefined, "shell", '{"x":1}\n'],
      [undefined, "read", '{"y":2}'],
    ],
  ],
  [
    "the id in every delta (SGLang)",
    [
      delta({ id: "a", index: 0, name: "shell", args: '{"x"' }),
      delta({ id: "a", index: 0, name: null, args: ":1}" }),
    ],
    [["a", "shell", '{"x":1}']],
  ],
  [
    "pieces without an index",
    [delta({ id: "a", name: "shell", args: '{"x"' }), delta({ args: ":1}" })],
    [["a", "shell", '{"x":1}']],
  ],
  [
    "the id comes late",
    [delta({ index: 0, name: "shell", args: "{" }), delta({ id: "a", index: 0, args: "}" })],
    [["a", "shell", "{}"]],
  ],
  ["indexes from 1", [delta({ id: "a", index: 1, name: "shell", args: "{}" })], [["a", "shell", "{}"]]],
  [
    "the name in every delta",
    [
      delta({ index: 0, name: "shell", args: '{"x":' }),
      delta({ index: 0, name: "shell", args: '{"y":1}' }),
      delta({ index: 0, name: "shell", args: "}" }),
    ],
    [[undefined, "shell", '{"x":{"y":1}}']],
  ],
  [
    "an empty name after the first (LM Studio)",
    [delta({ index: 0, name: "shell", args: "" }), delta({ index: 0, name: "", args: "{}" })],
    [[undefined, "shell", "{}"]],
  ],
  [
    "the name in pieces",
    [delta({ index: 0, name: "read" }), delta({ index: 0, name: "_file", args: "{}" })],
    [[undefined, "read_file", "{}"]],
  ],
  [
    "the whole arguments once more at the end",
    [
      delta({ id: "a", index: 0, name: "shell", args: '{"x"' }),
      delta({ index: 0, args: ":1}" }),
      delta({ id: "a", index: 0, name: "shell", args: '{"x":1}' }),
    ],
    [["a", "shell", '{"x":1}']],
  ],
  [
    "arguments as an object",
    [delta({ id: "a", name: "shell", args: { x: 1 } })],
    [["a", "shell", '{"x":1}']],
  ],
  [
    "arguments as JSON in JSON",
    [delta({ id: "a", name: "shell", args: '"{\\"x\\":1}"' })],
    [["a", "shell", '{"x":1}']],
  ],
  ["no arguments", [delta({ id: "a", name: "shell" })], [["a", "shell", "{}"]]],
  ["null arguments", [delta({ id: "a", name: "shell", args: null })], [["a", "shell", "{}"]]],
  ["the word null as arguments", [delta({ id: "a", name: "shell", args: "null" })], [["a", "shell", "{}"]]],
  [
    "an array as arguments",
    [delta({ id: "a", name: "shell", args: "[1]" })],
    [["a", "shell", "[1]", "broken"]],
  ],
  [
    "arguments cut off",
    [delta({ id: "a", name: "shell", args: '{"x":' })],
    [["a", "shell", '{"x":', "broken"]],
  ],
  ["no name", [delta({ id: "a", args: "{}" })], [["a", null, "{}", "broken"]]],
  ["name and arguments beside the id", [{ id: "a", name: "shell", arguments: "{}" }], [["a", "shell", "{}"]]],
  ["Harmony's namespace", [delta({ name: "functions.shell", args: "{}" })], [[undefined, "shell", "{}"]]],
  [
    "Harmony's markers (llama.cpp#15731)",
    [delta({ name: "shell<|channel|>commentary", args: "{}" })],
    [[undefined, "shell", "{}"]],
  ],
  [
    "a namespace of a tool that is not offered stays",
    [delta({ name: "functions.x", args: "{}" })],
    [[undefined, "functions.x", "{}"]],
  ],
  ["entries that hold nothing", [delta({ index: 0 }), {}, null, "x", 7], []],
])("%s", (_, deltas, expected) => {
  const assembler = createCallAssembler(new Set(["shell", "read", "read_file"]));
  for (const entry of deltas) {
    assembler.add(entry);
  }
  expect(assembler.finish().map(toRow)).toEqual(expected);
});

/** With the arguments parsed at each delta this would take minutes instead of milliseconds. */
test("a call of 1 MB in 100,000 deltas that each repeat the name", () => {
  const assembler = createCallAssembler(new Set(["write_file"]));
  const add = (args: string) => assembler.add(delta({ index: 0, name: "write_file", args }));
  add('{"content":"');
  for (let count = 0; count < 100_000; count += 1) {
    add("some code ");
  }
  add('"}');
  const argumentsText = `{"content":"${"some code ".repeat(100_000)}"}`;
  expect(assembler.finish().map(toRow)).toEqual([[undefined, "write_file", argumentsText]]);
});

function toRow({ id, name, argumentsText, whole }: AssembledCall): Row {
  return whole ? [id, name, argumentsText] : [id, name, argumentsText, "broken"];
}
