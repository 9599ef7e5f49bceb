import type { ToolSpec } from "../../protocol/index.ts";
import type { ParseContext, ParsedCall } from "./format.ts";
import { parameterSchema, requiredParameters, typedValue } from "./typed-value.ts";
import { callOf } from "./values.ts";

/** A value may hold anything, markers of calls included. */
export const GLM_REGION = ["<arg_value>", "</arg_value>"] as const;

/** GLM 4.5 to 4.7, Laguna, Hunyuan 3: the name, then keys and values in turn, with or without line breaks between them. */
export function parseGlmCall(
  body: string,
  { tools, isClosed }: Pick<ParseContext, "tools" | "isClosed">,
): readonly ParsedCall[] | undefined {
  // Hunyuan 3 parts the name from the rest by a token of its own.
  const head = /^([\w.-]{1,200})\s*(?:<tool_sep>|(?=\s|<arg_key>|$))/.exec(body);
  const name = head?.[1];
  if (head === null || name === undefined) {
    return undefined;
  }
  const entries: [string, unknown][] = [];
  let position = head[0].length;
  while (hasMore(body, position)) {
    const key = between(body, position, "<arg_key>", "</arg_key>");
    const value = key === undefined ? undefined : between(body, key.end, ...GLM_REGION);
    if (key === undefined || value === undefined) {
      return undefined;
    }
    const parameter = key.text.trim();
    entries.push([parameter, typedValue(value.text, parameterSchema(name, parameter, tools))]);
    position = value.end;
  }
  const call = callOf(name, entries);
  // Nothing but the closing marker ends the call; where it was eaten, what the tool must have tells.
  const isWhole = isClosed || (entries.length > 0 && lacksNothing(name, entries, tools));
  return [isWhole ? call : { ...call, whole: false }];
}

function lacksNothing(
  name: string,
  entries: readonly (readonly [string, unknown])[],
  tools: readonly ToolSpec[],
): boolean {
  return requiredParameters(name, tools).every((key) => entries.some(([entry]) => entry === key));
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
