import { expect, test } from "vitest";
import { readOnce } from "../../../src/wire/chat/read-once.ts";

const deep = `${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`;

test.each([
  ["twice, spaced in another way", '{"a": "}"}\n{"a":"}"}', '{"a": "}"}'],
  ["after an empty object", '{}{"a":1}', '{"a":1}'],
  ["after an empty object, cut", '{} {"a":', '{"a":'],
  ["two that differ", '{"a":1}{"a":2}', '{"a":1}{"a":2}'],
  ["one, with a closing brace too many", '{"a":1}}', '{"a":1}}'],
  ["a quoted brace in a cut object", '{"a":"}{', '{"a":"}{'],
  ["an escaped quotation mark", '{"a":"\\"}{"}{"a":"\\"}{"}', '{"a":"\\"}{"}'],
  ["no object", "[1]", "[1]"],
  ["nothing", "", ""],
  ["nesting without end", `${deep}${deep}`, `${deep}${deep}`],
])("arguments sent more than once: %s", (_, text, expected) => {
  expect(readOnce(text)).toBe(expected);
});
