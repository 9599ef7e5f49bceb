import type { ToolSpec } from "../../protocol/index.ts";
import type { ParsedCall } from "./format.ts";
import { callOf, typedValue } from "./values.ts";

/** A value may hold anything, markers of calls included. */
export const GLM_REGION = ["<arg_value>", "</arg_value>"] as const;

/** GLM 4.5 to 4.7: the name, then keys and values in turn, with or without line breaks between them. */
export function parseGlmCall(body: string, tools: readonly ToolSpec[]): readonly ParsedCall[] | undefined {
  const name = /^[\w.-]{1,200}(?=\s|<arg_key>|$)/.exec(body)?.[0];
  if (name === undefined) {
    return undefined;
  }
  const entries: [string, unknown][] = [];
  let position = name.length;
  while (hasMore(body, position)) {
    const key = between(body, position, "<arg_key>", "</arg_key>");
    const value = key === undefined ? undefined : between(body, key.end, ...GLM_REGION);
    if (key === undefined || value === undefined) {
      return undefined;
    }
    const parameter = key.text.trim();
    entries.push([parameter, typedValue(value.text, name, parameter, tools)]);
    position = value.end;
  }
  return [callOf(name, entries)];
}

function hasMore(text: string, from: number): boolean {
  const visible = /\S/g;
  visible.lastIndex = from;
  return visible.test(text);
}

/** An element that comes next, but for white space. */
function between(
  text: string,
  from: number,
  open: string,
  close: string,
): { text: string; end: number } | undefined {
  const start = text.indexOf(open, from);
  if (start === -1 || text.slice(from, start).trim() !== "") {
    return undefined;
  }
  const end = text.indexOf(close, start + open.length);
  return end === -1 ? undefined : { text: text.slice(start + open.length, end), end: end + close.length };
}
