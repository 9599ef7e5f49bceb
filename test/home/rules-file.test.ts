import { execFile } from "node:child_process";
import { lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { keepRule, readRules } from "../../src/home/index.ts";
import type { ConfigError, PrefixRule } from "../../src/protocol/index.ts";
import { temporaryFolder } from "./support.ts";

function homeWith(text: string): string {
  const home = temporaryFolder();
  mkdirSync(join(home, "leat"));
  writeFileSync(fileOf(home), text);
  return home;
}

function fileOf(home: string): string {
  return join(home, "leat", "rules.toml");
}

function rule(decision: PrefixRule["decision"], prefix: string): PrefixRule {
  return { prefix: prefix.split(" "), decision };
}

test("no file is no rule", () => {
  expect(readRules(temporaryFolder())).toEqual({ rules: [] });
});

test("rules as a person writes them", () => {
  const home = homeWith(`# mine
[[rule]]
prefix = ["npm", "run"] # all of them
decision = "allow"

[[ rule ]]
decision = 'prompt'
prefix = [
  "git",
  "push",
]
[[rule]]
prefix = ["rm"]
decision = "forbid"
`);
  expect(readRules(home)).toEqual({
    rules: [rule("allow", "npm run"), rule("prompt", "git push"), rule("forbid", "rm")],
  });
});

const BEFORE = `[[rule]]
prefix = ["npm"]
decision = "allow"

[[rule]]
prefix = ["git", "push"]
decision = "prompt"

`;

/** `rules`: beside the one that asks. One that allows is never among them. */
const MISTAKES: readonly {
  name: string;
  text: string;
  rules: readonly PrefixRule[];
  error: Omit<ConfigError, "kind" | "source">;
}[] = [
  {
    name: "no TOML",
    text: '[[rule]]\nprefix = ["rm"]\ndecision = forbid\n',
    rules: [],
    error: { problem: { type: "syntax", message: "invalid value" }, line: 11, column: 12 },
  },
  {
    name: "no TOML in one rule, and another after it",
    text: '[[rule]\nprefix = ["rm"]\n[[rule]]\nprefix = ["dd"]\ndecision = "forbid"\n',
    rules: [rule("forbid", "dd")],
    error: {
      problem: { type: "syntax", message: "expected end of table array declaration" },
      line: 9,
      column: 8,
    },
  },
  {
    name: "an unknown decision forbids",
    text: '[[rule]]\nprefix = ["rm"]\ndecision = "forbidden"\n',
    rules: [rule("forbid", "rm")],
    error: {
      problem: { type: "wrong_value", found: "forbidden", allowed: ["allow", "prompt", "forbid"] },
      key: "rule.decision",
      nearest: "forbid",
      line: 9,
    },
  },
  {
    name: "a decision that is not like any",
    text: '[[rule]]\nprefix = ["rm"]\ndecision = "yes"\n',
    rules: [rule("forbid", "rm")],
    error: {
      problem: { type: "wrong_value", found: "yes", allowed: ["allow", "prompt", "forbid"] },
      key: "rule.decision",
      line: 9,
    },
  },
  {
    name: "a decision that is no text",
    text: '[[rule]]\nprefix = ["rm"]\ndecision = true\n',
    rules: [rule("forbid", "rm")],
    error: {
      problem: { type: "wrong_type", expected: "a text in quotes", found: "a boolean" },
      key: "rule.decision",
      line: 9,
    },
  },
  {
    name: "no decision",
    text: '[[rule]]\nprefix = ["rm"]\n',
    rules: [rule("forbid", "rm")],
    error: {
      problem: { type: "missing_value", example: 'decision = "prompt"' },
      key: "rule.decision",
      line: 9,
    },
  },
  {
    name: "no prefix",
    text: '[[rule]]\ndecision = "forbid"\n',
    rules: [],
    error: {
      problem: { type: "missing_value", example: 'prefix = ["npm", "run"]' },
      key: "rule.prefix",
      line: 9,
    },
  },
  ...(['"rm -rf"', "[]", '[""]', '["rm", 1]', '[["rm"]]'] as const).map((prefix) => ({
    name: `prefix = ${prefix}`,
    text: `[[rule]]\nprefix = ${prefix}\ndecision = "forbid"\n`,
    rules: [],
    error: {
      problem: {
        type: "wrong_type" as const,
        expected: 'a list of words such as ["npm", "run"]',
        found: prefix.startsWith("[") ? "another list" : "a string",
      },
      key: "rule.prefix",
      line: 9,
    },
  })),
  {
    name: "a key that a newer leat may know",
    text: '[[rule]]\nprefix = ["rm"]\ndecision = "allow"\ncwd = "/x"\n',
    rules: [rule("forbid", "rm")],
    error: { problem: { type: "unknown_key", known: ["prefix", "decision"] }, key: "cwd", line: 9 },
  },
  {
    name: "another table",
    text: '[[rules]]\nprefix = ["rm"]\ndecision = "forbid"\n',
    rules: [],
    error: { problem: { type: "unknown_key", known: ["rule"] }, key: "rules" },
  },
];

describe("a mistake is told with its place, and nothing is allowed", () => {
  test.each(MISTAKES)("$name", ({ text, rules, error }) => {
    const home = homeWith(BEFORE + text);
    expect(readRules(home)).toEqual({
      rules: [rule("prompt", "git push"), ...rules],
      error: { kind: "config", source: fileOf(home), ...error },
    });
  });

  test("one table instead of many", () => {
    const home = homeWith('[rule]\nprefix = ["rm"]\ndecision = "allow"\n');
    expect(readRules(home)).toEqual({
      rules: [],
      error: {
        kind: "config",
        source: fileOf(home),
        key: "rule",
        problem: { type: "wrong_type", expected: "a list of rules, each under [[rule]]", found: "a table" },
      },
    });
  });

  test("a file that can't be read", () => {
    const home = temporaryFolder();
    mkdirSync(fileOf(home), { recursive: true });
    const { rules, error } = readRules(home);
    expect([rules, error?.problem]).toMatchObject([[], { type: "unreadable", path: fileOf(home) }]);
  });
});

test("the first rule makes the file, for the user alone", () => {
  const home = temporaryFolder();
  expect(keepRule(home, rule("allow", "npm run"))).toBeUndefined();
  expect(readFileSync(fileOf(home), "utf8")).toBe('[[rule]]\nprefix = ["npm", "run"]\ndecision = "allow"\n');
  expect([statSync(fileOf(home)).mode & 0o777, statSync(join(home, "leat")).mode & 0o777]).toEqual([
    0o600, 0o700,
  ]);
});

test.each([
  ["after a line end", "# mine\n", "# mine\n\n"],
  ["after none", "# mine", "# mine\n\n"],
])("what is there stays as it is: %s", (_, before, kept) => {
  const home = homeWith(before);
  keepRule(home, { prefix: ["a", 'b"\\c'], decision: "forbid" });
  expect(readFileSync(fileOf(home), "utf8")).toBe(
    `${kept}[[rule]]\nprefix = ["a", "b\\"\\\\c"]\ndecision = "forbid"\n`,
  );
  expect(readRules(home)).toEqual({ rules: [{ prefix: ["a", 'b"\\c'], decision: "forbid" }] });
});

test("a rule that is there is not written twice", () => {
  const home = homeWith(BEFORE);
  keepRule(home, rule("allow", "npm"));
  expect(readFileSync(fileOf(home), "utf8")).toBe(BEFORE);
});

test.each([
  ["with a mistake in it", `${BEFORE}[[rule]]\ndecision = 1\n`],
  ["that is no TOML", `${BEFORE}"""`],
  ["whose rules are one value", 'rule = [{ prefix = ["a"], decision = "allow" }]\n'],
])("a file %s is left alone", (_, text) => {
  const home = homeWith(text);
  expect(keepRule(home, rule("allow", "make"))?.kind).toBe("config");
  expect(readFileSync(fileOf(home), "utf8")).toBe(text);
});

test("a folder in place of the home's is told", () => {
  const home = temporaryFolder();
  writeFileSync(join(home, "leat"), "");
  expect(keepRule(home, rule("allow", "make"))?.problem.type).toMatch(/^(?:unreadable|not_written)$/);
});

test("a file that is a link stays one", () => {
  const home = homeWith("");
  const elsewhere = join(home, "dotfiles.toml");
  writeFileSync(elsewhere, "# mine\n");
  const linked = temporaryFolder();
  mkdirSync(join(linked, "leat"));
  symlinkSync(elsewhere, fileOf(linked));
  keepRule(linked, rule("allow", "make"));
  expect(lstatSync(fileOf(linked)).isSymbolicLink()).toBe(true);
  expect(readRules(linked)).toEqual({ rules: [rule("allow", "make")] });
});

test("several processes that write at once lose nothing", async () => {
  const home = homeWith("# mine\n");
  const folder = temporaryFolder();
  const program = join(folder, "write.mjs");
  await build({
    stdin: {
      contents: `import { keepRule } from "./rules-file.ts";
        for (let number = 0; number < 20; number++) {
          keepRule(${JSON.stringify(home)}, { prefix: [process.argv[2], String(number)], decision: "allow" });
        }`,
      resolveDir: resolve(import.meta.dirname, "../../src/home"),
      loader: "ts",
    },
    outfile: program,
    bundle: true,
    format: "esm",
    platform: "node",
  });
  const writers = ["a", "b", "c"];
  await Promise.all(writers.map((name) => promisify(execFile)(process.execPath, [program, name])));
  const expected = writers.flatMap((name) => Array.from({ length: 20 }, (_, number) => `${name} ${number}`));
  const { rules, error } = readRules(home);
  expect([error, rules.map(({ prefix }) => prefix.join(" ")).sort()]).toEqual([undefined, expected.sort()]);
});
