import type { ToolSpec } from "../../protocol/index.ts";
import type { ParsedCall } from "./format.ts";
import { callOf, typedValue } from "./values.ts";

/** How elements are written; values are raw text, so no XML parser would do (ollama#12357). */
export interface XmlStyle {
  /** Begins with the element, captures the name; sticky. */
  readonly callOpen: RegExp;
  readonly callClose: string;
  /** Captures the name and perhaps, second, whether the value is a string ("true") or JSON ("false"). */
  readonly parameterOpen: RegExp;
  readonly parameterClose: string;
  readonly framingNewlines: "stripped" | "data";
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
  tools: readonly ToolSpec[],
): ParsedCall[] | undefined {
  const calls: ParsedCall[] = [];
  let position = skipSpace(body, 0);
  while (position < body.length) {
    const open = matchAt(style.callOpen, body, position);
    const name = open?.[1];
    if (open === undefined || name === undefined) {
      // What comes after a whole call is no reason to lose it.
      return calls.length > 0 ? calls : undefined;
    }
    const read = readParameters(body, position + open[0].length, { style, name, tools });
    if (read === undefined) {
      calls.push({ name, argumentsText: body.slice(position + open[0].length).trim(), whole: false });
      return calls;
    }
    calls.push(callOf(name, read.entries));
    position = skipSpace(body, read.end);
  }
  return calls.length > 0 ? calls : undefined;
}

function readParameters(
  body: string,
  from: number,
  call: { style: XmlStyle; name: string; tools: readonly ToolSpec[] },
): { entries: [string, unknown][]; end: number } | undefined {
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
    const end = body.indexOf(style.parameterClose, start);
    if (end === -1) {
      return undefined;
    }
    const raw = body.slice(start, end);
    const text = style.framingNewlines === "stripped" ? raw.replace(/^\r?\n/, "").replace(/\r?\n$/, "") : raw;
    const value =
      open[2] === undefined ? typedValue(text, name, parameter, tools) : markedValue(text, open[2]);
    entries.push([parameter, value]);
    position = skipSpace(body, end + style.parameterClose.length);
  }
  return { entries, end: Math.min(body.length, position + style.callClose.length) };
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

function skipSpace(text: string, from: number): number {
  let position = from;
  while (position < text.length && (text[position] ?? "").trim() === "") {
    position += 1;
  }
  return position;
}
