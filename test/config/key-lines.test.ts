import { parse } from "smol-toml";
import { expect, test } from "vitest";
import { keyLines } from "../../src/config/key-lines.ts";

type Row = readonly [name: string, text: string, lines: Record<string, number>];

const Q = '"""';

const ROWS: readonly Row[] = [
  ["nothing", "", {}],
  ["only a comment", "# a = 1", {}],
  ["keys and blank lines", "a = 1\n\n  b = 2", { a: 1, b: 3 }],
  ["CRLF", "a = 1\r\n# c\r\nb = 2\r\n", { a: 1, b: 3 }],
  ["tables", "a = 1\n[t]\nb = 2\n[t.u]\nc = 3", { a: 1, t: 2, "t.b": 3, "t.u": 4, "t.u.c": 5 }],
  ["a table within one that is not there", "[a.b.c]\nx = 1", { a: 1, "a.b": 1, "a.b.c": 1, "a.b.c.x": 2 }],
  ["a table that comes back", "[a.b]\n[a]\nx = 1", { a: 1, "a.b": 1, "a.x": 3 }],
  ["blanks in headers and keys", "[ a . b ] # c\n x . y = 1", { a: 1, "a.b": 1, "a.b.x": 2, "a.b.x.y": 2 }],
  ["an array of tables: the first place", "[[a]]\nx = 1\n[[a]]\nx = 2\ny = 3", { a: 1, "a.x": 2, "a.y": 5 }],
  ["dotted keys", "a.b = 1\na.c = 2", { a: 1, "a.b": 1, "a.c": 2 }],
  ["quoted keys", `"a b" = 1\n'c.d' = 2\n"e\\u0022" = 3`, { '"a b"': 1, '"c.d"': 2, '"e\\""': 3 }],
  ["quoted as it need not be", `"a"."b-c" = 1`, { a: 1, "a.b-c": 1 }],
  ["a quoted header with brackets", `[t."a]b"] # ]\nx = 1`, { t: 1, 't."a]b"': 1, 't."a]b".x': 2 }],
  ["a hash in a string", 'a = "# no"\nb = 1 # yes\nc = \'#\' # "\nd = 1', { a: 1, b: 2, c: 3, d: 4 }],
  ["an escaped quote", 'a = "\\" # \\\\"\nb = 1', { a: 1, b: 2 }],
  ["a backslash in a literal string", "a = '\\'\nb = 1", { a: 1, b: 2 }],
  ["a multi-line string", `a = ${Q}\nx = 1\n[t]\n# " \\${Q}\n${Q}\nb = 1`, { a: 1, b: 6 }],
  ["a multi-line literal", "a = '''\nx = 1\n\\'''\nb = 1", { a: 1, b: 4 }],
  ["quotes before the closing ones", `a = ${Q}x${Q}""\nb = '''y'''''\nc = 1`, { a: 1, b: 2, c: 3 }],
  ["empty strings", 'a = ""\nb = \'\'\nc = """"""\nd = 1', { a: 1, b: 2, c: 3, d: 4 }],
  ["a multi-line array", 'a = [\n  "]", # ]\n  [1],\n]\nb = 1', { a: 1, b: 5 }],
  ["an inline table", 'a = { x = 1, y = "}" }\nb = 1', { a: 1, b: 2 }],
  ["tables within arrays", "a = [\n { x = 1 },\n { y = 2 },\n]\nb = 1", { a: 1, b: 5 }],
  ["a comment that ends the file", "a = 1 # c", { a: 1 }],
  [
    "JavaScript's own names",
    "__proto__ = 1\nconstructor.x = 1",
    Object.fromEntries([
      ["__proto__", 1],
      ["constructor", 2],
      ["constructor.x", 2],
    ]),
  ],
];

test.each(ROWS)("%s", (_name, text, lines) => {
  expect(() => parse(text)).not.toThrow();
  expect(Object.fromEntries(keyLines(text))).toEqual(lines);
});
