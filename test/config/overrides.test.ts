import { expect, test } from "vitest";
import { parseDocument } from "../../src/config/document.ts";
import { applyOverrides, parseOverride } from "../../src/config/overrides.ts";
import type { TomlValue } from "../../src/config/toml-value.ts";

type Row = readonly [text: string, path: readonly string[], value: TomlValue];

const ROWS: readonly Row[] = [
  ["model=gpt-5", ["model"], "gpt-5"],
  [" model = gpt-5 ", ["model"], "gpt-5"],
  ['model="gpt-5"', ["model"], "gpt-5"],
  ["model='gpt-5'", ["model"], "gpt-5"],
  ["model=\"unclosed'", ["model"], "unclosed"],
  ["model=", ["model"], ""],
  ["model=a=b", ["model"], "a=b"],
  ["model=gpt#5", ["model"], "gpt#5"],
  ["model=true", ["model"], true],
  ["n=42", ["n"], 42],
  ["n=4.5", ["n"], 4.5],
  ['list=["a", "b"]', ["list"], ["a", "b"]],
  ["t={a = 1}", ["t"], new Map([["a", 1]])],
  ["model=a\nprofile = 1", ["model"], "a\nprofile = 1"],
  ['model="a"\nprofile = 1', ["model"], 'a"\nprofile = 1'],
  ["a.b.c=1", ["a", "b", "c"], 1],
  ['projects."/a.b".trust_level=trusted', ["projects", "/a.b", "trust_level"], "trusted"],
  ["projects.'/a.b'.trust_level=trusted", ["projects", "/a.b", "trust_level"], "trusted"],
  ['projects."/a\\u002eb"=1', ["projects", "/a.b"], 1],
  ["projects./home/u.trust_level=trusted", ["projects", "/home/u", "trust_level"], "trusted"],
  ['a."b"c.d=1', ["a", '"b"c', "d"], 1],
  ['a."b=1', ["a", '"b'], 1],
  ["__proto__.x=1", ["__proto__", "x"], 1],
];

test.each(ROWS)("%j", (text, path, value) => {
  expect(parseOverride(text)).toEqual({ path, value });
});

test.each([
  ["foo", "Invalid override (missing '=')"],
  ["", "Invalid override (missing '=')"],
  ["=1", "Empty key in override"],
  ["  =1", "Empty key in override"],
  ["a..b=1", "Empty key in override"],
  ["a.=1", "Empty key in override"],
])("%j is refused", (text, reason) => {
  // A value may be a key, and this is shown.
  const shown = text.replace(/=.*/, "=…");
  const problem = { type: "bad_override", text: shown, reason };
  expect(parseOverride(text)).toEqual({ error: { kind: "config", problem, source: `-c ${shown}` } });
});

test("tables are made on the way, what is no table is replaced, siblings stay", () => {
  const parsed = parseDocument("config.toml", "a = 1\n[t]\nx = 1\n[t.u]\nold = 1\n");
  if (!parsed.ok) {
    throw new Error("the document is valid");
  }
  const result = applyOverrides(parsed.document, ["a.b.c=2", "t.y=3", "t.u={new = 4}"]);
  expect(result).toEqual({
    ok: true,
    document: {
      file: "config.toml",
      table: new Map<string, TomlValue>([
        ["a", new Map([["b", new Map([["c", 2]])]])],
        [
          "t",
          new Map<string, TomlValue>([
            ["x", 1],
            ["u", new Map([["new", 4]])],
            ["y", 3],
          ]),
        ],
      ]),
      places: new Map([
        ["a", { type: "file-line", line: 1 }],
        ["t", { type: "file-line", line: 2 }],
        ["t.x", { type: "file-line", line: 3 }],
        ["a.b", { type: "override", text: "a.b.c=2" }],
        ["a.b.c", { type: "override", text: "a.b.c=2" }],
        ["t.y", { type: "override", text: "t.y=3" }],
        ["t.u", { type: "override", text: "t.u={new = 4}" }],
      ]),
    },
  });
});
