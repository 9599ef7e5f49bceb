import { expect, test } from "vitest";
import { repairArguments } from "../../../src/wire/chat/repair-arguments.ts";

test.each<[string, string, unknown, string[]]>([
  ["nothing wrong", '{"a":1}', { a: 1 }, []],
  ["a fence", '```json\n{"a":1}\n```', { a: 1 }, ["code fence"]],
  ["raw line breaks", '{"a":"x\n\ty\r"}', { a: "x\n\ty\r" }, ["raw line breaks"]],
  ["an escape stays one", '{"a":"x\\n\ny\\""}', { a: 'x\n\ny"' }, ["raw line breaks"]],
  ["trailing commas", '{"a":[1,2,],}', { a: [1, 2] }, ["trailing commas"]],
  ["a comma inside a string stays", '{"a":",}",}', { a: ",}" }, ["trailing commas"]],
  [
    "all at once",
    '```\n{"a":"x\ny",}\n```',
    { a: "x\ny" },
    ["code fence", "raw line breaks", "trailing commas"],
  ],
])("mended: %s", (_, text, value, repairs) => {
  const mended = repairArguments(text);
  expect(mended === undefined ? undefined : JSON.parse(mended.text)).toEqual(value);
  expect(mended?.repairs).toEqual(repairs);
});

test.each([
  ["cut off in a string", '{"a":"x'],
  ["cut off after a comma", '{"a":1,'],
  ["no object", "[1,]"],
  ["single quotes", "{'a':1}"],
  ["no quotes", "{a:1}"],
  ["words", "please run ls"],
  ["an open fence", '```json\n{"a":1}'],
  ["nothing", ""],
])("left alone: %s", (_, text) => {
  expect(repairArguments(text)).toBeUndefined();
});
