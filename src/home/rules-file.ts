/** The user's rules in `leat/rules.toml`: read with the first command, and only ever added to, so that comments stay. */
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse, TomlError } from "smol-toml";
import type { ConfigError, PrefixRule } from "../protocol/index.ts";
import { toMap } from "./json-object.ts";

interface RulesFile {
  /** With a mistake in the file, none that allows: what was meant to be forbidden may be what can't be read. */
  readonly rules: readonly PrefixRule[];
  /** The first mistake. */
  readonly error?: ConfigError;
}

const KEYS = ["prefix", "decision"];
const DECISIONS = ["allow", "prompt", "forbid"] as const;
const HEADER = /^[ \t]*\[\[[ \t]*rule[ \t]*\]\]/gm;

export function readRules(home: string): RulesFile {
  const path = rulesPath(home);
  const text = readText(path);
  if (typeof text !== "string") {
    return { rules: [], error: text };
  }
  const read = readDocument(text, path);
  return read.error === undefined
    ? read
    : { ...read, rules: read.rules.filter(({ decision }) => decision !== "allow") };
}

/** Adds a rule at the end, in one write, so that two at the same time lose nothing. */
export function keepRule(home: string, rule: PrefixRule): ConfigError | undefined {
  const path = rulesPath(home);
  const text = readText(path);
  if (typeof text !== "string") {
    return text;
  }
  const before = readDocument(text, path);
  if (before.rules.some((known) => JSON.stringify(known) === JSON.stringify(rule))) {
    return undefined;
  }
  const addition = `${text === "" || text.endsWith("\n") ? "" : "\n"}${text === "" ? "" : "\n"}${ruleText(rule)}`;
  // A table of that name in another spelling can't be added to, and a mistake would hide the new rule as well.
  const error = before.error ?? readDocument(`${text}${addition}`, path).error;
  if (error !== undefined) {
    return error;
  }
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    appendFileSync(path, addition, { mode: 0o600 });
    return undefined;
  } catch (cause) {
    return { kind: "config", problem: { type: "not_written", path, reason: reasonOf(cause) } };
  }
}

function rulesPath(home: string): string {
  return join(home, "leat", "rules.toml");
}

function ruleText({ prefix, decision }: PrefixRule): string {
  const words = prefix.map((word) => JSON.stringify(word)).join(", ");
  return `[[rule]]\nprefix = [${words}]\ndecision = "${decision}"\n`;
}

/** No file is an empty one. */
function readText(path: string): string | ConfigError {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    return isMissing
      ? ""
      : { kind: "config", problem: { type: "unreadable", path, reason: reasonOf(cause) } };
  }
}

function readDocument(text: string, path: string): RulesFile {
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) {
      throw cause;
    }
    const [firstLine = ""] = cause.message.split("\n");
    const message = firstLine.replace(/^Invalid TOML document:? ?/, "");
    const { line, column } = cause;
    return {
      rules: readableBlocks(text).flatMap((block) => checkDocument(parse(block), path, []).rules),
      error: { kind: "config", problem: { type: "syntax", message }, source: path, line, column },
    };
  }
  return checkDocument(document, path, headerLines(text));
}

/** Of a file that is no TOML as a whole, the tables that are for themselves; whatever begins with a bracket ends one. */
function readableBlocks(text: string): string[] {
  const starts = [...text.matchAll(/^[ \t]*\[/gm)].map(({ index }) => index);
  const blocks = starts.map((start, number) => text.slice(start, starts[number + 1]));
  return blocks.filter((block) => {
    try {
      parse(block);
      return true;
    } catch {
      return false;
    }
  });
}

function headerLines(text: string): number[] {
  return [...text.matchAll(HEADER)].map(({ index }) => text.slice(0, index).split("\n").length);
}

interface Checked {
  readonly rule?: PrefixRule;
  readonly error?: Omit<ConfigError, "kind">;
}

function checkDocument(document: unknown, path: string, lines: readonly number[]): RulesFile {
  const table = toMap(document);
  const found = table.get("rule") ?? [];
  const list = Array.isArray(found) ? found : undefined;
  const checked = (list ?? []).map(checkRule);
  const errors: (Omit<ConfigError, "kind"> | undefined)[] = [
    unknownKey([...table.keys()], ["rule"]),
    list === undefined ? wrongType("rule", "a list of rules, each under [[rule]]", found) : undefined,
    ...checked.map(({ error }, index) => {
      // Headers in a text of several lines would be counted too: rather no line than a wrong one.
      const line = lines.length === checked.length ? lines[index] : undefined;
      return error === undefined || line === undefined ? error : { ...error, line };
    }),
  ];
  const error = errors.find((mistake) => mistake !== undefined);
  return {
    rules: checked.flatMap(({ rule }) => (rule === undefined ? [] : [rule])),
    ...(error === undefined ? {} : { error: { kind: "config", source: path, ...error } }),
  };
}

/** A rule that can't be read whole forbids, as far as it says what. */
function checkRule(value: unknown): Checked {
  const table = toMap(value);
  const prefix = table.get("prefix");
  const decision = table.get("decision");
  if (prefix === undefined) {
    return { error: missing("rule.prefix", 'prefix = ["npm", "run"]') };
  }
  if (!isPrefix(prefix)) {
    return { error: wrongType("rule.prefix", 'a list of words such as ["npm", "run"]', prefix) };
  }
  const known = DECISIONS.find((word) => word === decision);
  const mistake =
    unknownKey([...table.keys()], KEYS) ?? (known === undefined ? decisionMistake(decision) : undefined);
  return mistake === undefined && known !== undefined
    ? { rule: { prefix, decision: known } }
    : { rule: { prefix, decision: "forbid" }, ...(mistake === undefined ? {} : { error: mistake }) };
}

function isPrefix(value: unknown): value is string[] {
  return (
    Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === "string" && word !== "")
  );
}

function decisionMistake(decision: unknown): Omit<ConfigError, "kind"> {
  if (decision === undefined) {
    return missing("rule.decision", 'decision = "prompt"');
  }
  if (typeof decision !== "string") {
    return wrongType("rule.decision", "a text in quotes", decision);
  }
  const nearest = DECISIONS.find((word) => decision.toLowerCase().startsWith(word.slice(0, 3)));
  return {
    problem: { type: "wrong_value", found: decision, allowed: DECISIONS },
    key: "rule.decision",
    ...(nearest === undefined ? {} : { nearest }),
  };
}

function unknownKey(
  keys: readonly string[],
  known: readonly string[],
): Omit<ConfigError, "kind"> | undefined {
  const key = keys.find((name) => !known.includes(name));
  return key === undefined ? undefined : { problem: { type: "unknown_key", known }, key };
}

function missing(key: string, example: string): Omit<ConfigError, "kind"> {
  return { problem: { type: "missing_value", example }, key };
}

function wrongType(key: string, expected: string, value: unknown): Omit<ConfigError, "kind"> {
  const found = Array.isArray(value)
    ? "another list"
    : `a ${typeof value === "object" ? "table" : typeof value}`;
  return { problem: { type: "wrong_type", expected, found }, key };
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
