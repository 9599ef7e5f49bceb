import { parseJson } from "../json.ts";
import type { ParsedCall, TextCallFormat } from "./format.ts";
import { callOf } from "./values.ts";

const NAME = /call:([\w.-]{1,200})\{/;

/** FunctionGemma and Gemma 4: `call:name{key:value}`, where a token of its own quotes the strings. */
export const gemmaFormats: readonly TextCallFormat[] = [
  gemma("functiongemma", {
    open: "<start_function_call>",
    close: "<end_function_call>",
    quote: "<escape>",
  }),
  gemma("gemma-4", { open: "<|tool_call>", close: "<tool_call|>", quote: '<|"|>' }),
];

function gemma(name: string, markers: { open: string; close: string; quote: string }): TextCallFormat {
  return {
    name,
    opens: () => [markers.open],
    end: { closes: [markers.close], regions: [[markers.quote, markers.quote]] },
    // What the template puts after a call comes out, too, where the server does not stop there.
    trailers: ["<|tool_response>", "<start_function_response>"],
    namePattern: NAME,
    parse: (body) => parseGemmaCall(body.trim(), markers.quote),
  };
}

function parseGemmaCall(body: string, quote: string): readonly ParsedCall[] | undefined {
  const head = /^call:([\w.-]{1,200})(?=\{)/.exec(body);
  const name = head?.[1];
  if (head === null || name === undefined) {
    return undefined;
  }
  const read = readObject({ body, quote }, head[0].length, 0);
  return read === undefined || body.slice(read.end).trim() !== "" ? undefined : [callOf(name, read.value)];
}

interface Source {
  readonly body: string;
  readonly quote: string;
}

interface Read<T> {
  readonly value: T;
  readonly end: number;
}

const MAX_DEPTH = 64;

function readObject(source: Source, from: number, depth: number): Read<[string, unknown][]> | undefined {
  const entries: [string, unknown][] = [];
  let position = spaceAfter(source, from + 1);
  while (source.body[position] !== "}") {
    const key = readKey(source, position);
    const value = key === undefined ? undefined : readValue(source, key.end, depth + 1);
    if (key === undefined || value === undefined) {
      return undefined;
    }
    entries.push([key.value, value.value]);
    const next = nextEntry(source, value.end, "}");
    if (next === undefined) {
      return undefined;
    }
    position = next;
  }
  return { value: entries, end: position + 1 };
}

function readKey(source: Source, from: number): Read<string> | undefined {
  const quoted = readString(source, from);
  if (quoted !== undefined && source.body[quoted.end] === ":") {
    return { value: quoted.value, end: quoted.end + 1 };
  }
  const bare = matchAt(/"?([^:{}[\],"\s]{1,200})"?\s*:/y, source.body, from);
  return bare === undefined ? undefined : { value: bare[1] ?? "", end: from + bare[0].length };
}

function readValue(source: Source, from: number, depth: number): Read<unknown> | undefined {
  const start = spaceAfter(source, from);
  if (depth > MAX_DEPTH) {
    return undefined;
  }
  if (source.body[start] === "{") {
    const read = readObject(source, start, depth);
    return read === undefined ? undefined : { value: Object.fromEntries(read.value), end: read.end };
  }
  if (source.body[start] === "[") {
    return readArray(source, start, depth);
  }
  return readString(source, start) ?? readJsonString(source, start) ?? readBare(source, start);
}

function readArray(source: Source, from: number, depth: number): Read<unknown[]> | undefined {
  const values: unknown[] = [];
  let position = spaceAfter(source, from + 1);
  while (source.body[position] !== "]") {
    const value = readValue(source, position, depth + 1);
    const next = value === undefined ? undefined : nextEntry(source, value.end, "]");
    if (value === undefined || next === undefined) {
      return undefined;
    }
    values.push(value.value);
    position = next;
  }
  return { value: values, end: position + 1 };
}

function readString(source: Source, from: number): Read<string> | undefined {
  const { body, quote } = source;
  if (!body.startsWith(quote, from)) {
    return undefined;
  }
  const start = from + quote.length;
  const end = body.indexOf(quote, start);
  return end === -1 ? undefined : { value: body.slice(start, end), end: end + quote.length };
}

/** Gemma 4 falls back to JSON's quotes now and then. */
function readJsonString({ body }: Source, from: number): Read<string> | undefined {
  const text = matchAt(/"(?:[^"\\]|\\[\s\S])*"(?=\s*[,}\]])/y, body, from)?.[0];
  const value = text === undefined ? undefined : parseJson(text);
  return text !== undefined && typeof value === "string" ? { value, end: from + text.length } : undefined;
}

/** A number, a truth value, or a string that was left without quotes. */
function readBare(source: Source, from: number): Read<unknown> | undefined {
  const text = matchAt(/[^,{}[\]]+/y, source.body, from)?.[0];
  if (text === undefined) {
    return undefined;
  }
  const end = from + text.length;
  try {
    return { value: JSON.parse(text), end };
  } catch {
    return { value: text.trim(), end };
  }
}

function nextEntry(source: Source, from: number, close: string): number | undefined {
  const position = spaceAfter(source, from);
  if (source.body[position] === ",") {
    return spaceAfter(source, position + 1);
  }
  return source.body[position] === close ? position : undefined;
}

function spaceAfter({ body }: Source, from: number): number {
  return from + (matchAt(/\s*/y, body, from)?.[0].length ?? 0);
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text) ?? undefined;
}
