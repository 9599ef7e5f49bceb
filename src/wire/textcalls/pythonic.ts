import type { ParsedCall } from "./format.ts";
import { callOf } from "./values.ts";

/** `f(a='x')`, `[f(a=1), g()]` or one a line, with keyword arguments and literals only. Undefined if it is anything else. */
export function parsePythonCalls(source: string): readonly ParsedCall[] | undefined {
  const text = source.trim();
  const reader = createReader(text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text);
  const calls: ParsedCall[] = [];
  try {
    reader.space();
    while (!reader.atEnd()) {
      calls.push(readCall(reader));
      reader.space();
      reader.accept(",");
      reader.space();
    }
  } catch (error) {
    if (!(error instanceof NotPython)) {
      throw error;
    }
    return undefined;
  }
  return calls.length > 0 ? calls : undefined;
}

/** Leaves the descent; never leaves this file. */
class NotPython extends Error {}

type Reader = ReturnType<typeof createReader>;

function createReader(text: string) {
  let position = 0;
  const reader = {
    atEnd: () => position >= text.length,
    space: () => void reader.match(/\s*/y),
    accept: (token: string) => {
      const found = text.startsWith(token, position);
      position += found ? token.length : 0;
      return found;
    },
    expect: (token: string) => {
      if (!reader.accept(token)) {
        throw new NotPython();
      }
    },
    match: (pattern: RegExp) => {
      pattern.lastIndex = position;
      const found = pattern.exec(text)?.[0];
      position += found?.length ?? 0;
      return found;
    },
  };
  return reader;
}

function readCall(reader: Reader): ParsedCall {
  const name = reader.match(/[A-Za-z_][\w.-]*/y);
  if (name === undefined) {
    throw new NotPython();
  }
  const entries: [string, unknown][] = [];
  reader.expect("(");
  reader.space();
  while (!reader.accept(")")) {
    const key = reader.match(/[A-Za-z_]\w*/y);
    reader.space();
    reader.expect("=");
    entries.push([key ?? "", readValue(reader, 0)]);
    separate(reader, ")");
  }
  return callOf(name, entries);
}

function readValue(reader: Reader, depth: number): unknown {
  if (depth > MAX_DEPTH) {
    throw new NotPython();
  }
  reader.space();
  if (reader.accept("[")) {
    return readList(reader, "]", depth);
  }
  if (reader.accept("(")) {
    return readList(reader, ")", depth);
  }
  if (reader.accept("{")) {
    return readDictionary(reader, depth);
  }
  const string = reader.match(STRING);
  if (string !== undefined) {
    return unquote(string);
  }
  const word = reader.match(/-?\d[\w.+-]*|[A-Za-z]+/y) ?? "";
  if (Object.hasOwn(CONSTANTS, word)) {
    return CONSTANTS[word];
  }
  const number = Number(word);
  if (word === "" || !Number.isFinite(number)) {
    throw new NotPython();
  }
  return number;
}

const MAX_DEPTH = 64;

const CONSTANTS: Readonly<Record<string, unknown>> = {
  True: true,
  true: true,
  False: false,
  false: false,
  None: null,
  null: null,
};

const STRING =
  /"""(?:[^"\\]|\\[\s\S]|"(?!""))*"""|'''(?:[^'\\]|\\[\s\S]|'(?!''))*'''|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/y;

function readList(reader: Reader, close: string, depth: number): unknown[] {
  const values: unknown[] = [];
  reader.space();
  while (!reader.accept(close)) {
    values.push(readValue(reader, depth + 1));
    separate(reader, close);
  }
  return values;
}

function readDictionary(reader: Reader, depth: number): unknown {
  const entries: [string, unknown][] = [];
  reader.space();
  while (!reader.accept("}")) {
    const key = readValue(reader, depth + 1);
    reader.space();
    reader.expect(":");
    entries.push([String(key), readValue(reader, depth + 1)]);
    separate(reader, "}");
  }
  return Object.fromEntries(entries);
}

/** A comma, or the closing bracket, which is left where it is. */
function separate(reader: Reader, close: string): void {
  reader.space();
  if (reader.accept(",")) {
    reader.space();
  } else if (reader.match(close === ")" ? /(?=\))/y : close === "]" ? /(?=\])/y : /(?=\})/y) === undefined) {
    throw new NotPython();
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\n": "" };

function unquote(literal: string): string {
  const width = literal.startsWith('"""') || literal.startsWith("'''") ? 3 : 1;
  return literal
    .slice(width, -width)
    .replace(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\s\S])/g, (whole, escaped: string) => {
      if (escaped.length > 1) {
        return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
      }
      // Python keeps the backslash of an escape that it doesn't know.
      return ESCAPES[escaped] ?? (/["'\\]/.test(escaped) ? escaped : whole);
    });
}
