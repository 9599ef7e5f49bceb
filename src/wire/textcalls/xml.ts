import type { ToolSpec } from "../../protocol/index.ts";
import type { ParseContext, ParsedCall } from "./format.ts";
import { parameterSchema, typedValue } from "./typed-value.ts";
import { callOf } from "./values.ts";

/** How elements are written; values are raw text, so no XML parser would do (ollama#12357). */
export interface XmlStyle {
  /** Begins with the element, captures the name; sticky. */
  readonly callOpen: RegExp;
  readonly callClose: string;
  /** Captures the name and perhaps, second, whether the value is a string ("true") or JSON ("false"). */
  readonly parameterOpen: RegExp;
  readonly parameterClose: string;
  /** One line break at each end belongs to the tags, or none does; CDATA may wrap a value. */
  readonly framingNewlines: "stripped" | "data" | "cdata";
  /** What may stand between elements and says nothing; sticky. White space if absent. */
  readonly filler?: RegExp;
}

/** `<function=name>`: Qwen3-Coder, Nemotron 3, StepFun; Seed-OSS without framing line breaks. */
export const FUNCTION_STYLE: XmlStyle = {
  callOpen: /<function=\s*"?([^>\s"]{1,200})"?\s*>/y,
  callClose: "</function>",
  parameterOpen: /<parameter=\s*"?([^>"\n]{1,200}?)"?\s*>/y,
  parameterClose: "</parameter>",
  framingNewlines: "stripped",
};

/** All calls of a body; undefined if there is anything in it that is none. */
export function parseXmlCalls(
  body: string,
  style: XmlStyle,
  { tools, isClosed }: Pick<ParseContext, "tools" | "isClosed">,
): ParsedCall[] | undefined {
  const calls: ParsedCall[] = [];
  let position = skipFiller(body, 0, style);
  while (position < body.length) {
    const open = matchAt(style.callOpen, body, position);
    const name = open?.[1];
    if (open === undefined || name === undefined) {
      // What comes after a whole call is no reason to lose it.
      return calls.length > 0 ? calls : undefined;
    }
    const read = readParameters(body, position + open[0].length, { style, name, tools });
    if (read === undefined || !(read.isClosed || isClosed)) {
      calls.push({ name, argumentsText: body.slice(position + open[0].length).trim(), whole: false });
      return calls;
    }
    calls.push(callOf(name, read.entries));
    position = skipFiller(body, read.end, style);
  }
  return calls.length > 0 ? calls : undefined;
}

function readParameters(
  body: string,
  from: number,
  call: { style: XmlStyle; name: string; tools: readonly ToolSpec[] },
): { entries: [string, unknown][]; end: number; isClosed: boolean } | undefined {
  const { style, name, tools } = call;
  const entries: [string, unknown][] = [];
  let position = skipSpace(body, from);
  while (position < body.length && !body.startsWith(style.callClose, position)) {
    const open = matchAt(style.parameterOpen, body, position);
    const parameter = open?.[1];
    if (open === undefined || parameter === undefined) {
      return undefined;
    }
    const start = position + open[0].length;
    const end = valueEnd(body, start, style);
    if (end === undefined) {
      return undefined;
    }
    const text = framed(body.slice(start, end.end), style);
    const value =
      open[2] === undefined
        ? typedValue(text, parameterSchema(name, parameter, tools))
        : markedValue(text, open[2]);
    entries.push([parameter, value]);
    position = skipSpace(body, end.next);
  }
  const isClosed = position < body.length;
  return { entries, end: Math.min(body.length, position + style.callClose.length), isClosed };
}

function framed(raw: string, { framingNewlines }: XmlStyle): string {
  switch (framingNewlines) {
    case "data":
      return raw;
    case "stripped":
      return raw.replace(/^\r?\n/, "").replace(/\r?\n$/, "");
    case "cdata":
      return /^\s*<!\[CDATA\[([\s\S]*)\]\]>\s*$/.exec(raw)?.[1] ?? raw;
    default:
      return framingNewlines satisfies never;
  }
}

/**
 * A value ends where another element follows its closing tag, so that it may speak of the tag itself. Qwen3-Coder
 * leaves the tag out before the end of a call at times.
 */
function valueEnd(body: string, from: number, style: XmlStyle): ValueEnd | undefined {
  let fallback: ValueEnd | undefined;
  for (let tries = 0, start = from; tries < MAX_TRIES; tries += 1) {
    const end = body.indexOf(style.parameterClose, start);
    if (end === -1) {
      break;
    }
    const next = end + style.parameterClose.length;
    fallback ??= { end, next };
    if (isElementNext(body, skipSpace(body, next), style)) {
      return { end, next };
    }
    start = next;
  }
  const close = body.indexOf(style.callClose, from);
  return fallback ?? (close === -1 ? undefined : { end: close, next: close });
}

interface ValueEnd {
  readonly end: number;
  /** After its closing tag. */
  readonly next: number;
}

/** A value that repeats the closing tag more often is hostile. */
const MAX_TRIES = 100;

function isElementNext(body: string, position: number, style: XmlStyle): boolean {
  return (
    position >= body.length ||
    body.startsWith(style.callClose, position) ||
    matchAt(style.parameterOpen, body, position) !== undefined
  );
}

function markedValue(text: string, isString: string): unknown {
  if (isString === "true") {
    return text;
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text) ?? undefined;
}

function skipFiller(text: string, from: number, { filler }: XmlStyle): number {
  return filler === undefined ? skipSpace(text, from) : from + (matchAt(filler, text, from)?.[0].length ?? 0);
}

function skipSpace(text: string, from: number): number {
  let position = from;
  while (position < text.length && (text[position] ?? "").trim() === "") {
    position += 1;
  }
  return position;
}
