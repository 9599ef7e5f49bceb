import type { ToolSpec } from "../../protocol/index.ts";
import { asArray, asObject, asText, type JsonObject, parseJson } from "../chat/json.ts";
import { createEndFinder } from "./end-finder.ts";
import type { ParsedCall } from "./format.ts";

/** Formats without types: a string where the schema says so or says nothing, else JSON, a string if it is none. */
export function typedValue(
  text: string,
  toolName: string,
  parameter: string,
  tools: readonly ToolSpec[],
): unknown {
  const schema = asObject(tools.find((tool) => tool.name === bareName(toolName, tools))?.parameters);
  const types = typesOf(ownProperty(asObject(schema?.["properties"]), parameter));
  if (types.length === 0 || types.includes("string")) {
    return text;
  }
  return parseJson(text) ?? (text.trim() === "null" ? null : text);
}

function typesOf(schema: unknown): readonly string[] {
  const type = asObject(schema)?.["type"];
  if (typeof type === "string") {
    return [type];
  }
  if (Array.isArray(type)) {
    return type.filter((entry) => typeof entry === "string");
  }
  const variants = [...asArray(asObject(schema)?.["anyOf"]), ...asArray(asObject(schema)?.["oneOf"])];
  return variants.flatMap((variant) => asText(asObject(variant)?.["type"]) ?? []);
}

function ownProperty(object: JsonObject | undefined, key: string): unknown {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A call whose arguments were read one by one. */
export function callOf(name: string, entries: readonly (readonly [string, unknown])[]): ParsedCall {
  return withArguments(name, Object.fromEntries(entries));
}

/** `functions.` before a name is a namespace, unless a tool is called so. */
export function bareName(name: string, tools: readonly ToolSpec[]): string {
  const bare = name.startsWith("functions.") ? name.slice("functions.".length) : name;
  return tools.some((tool) => tool.name === bare) ? bare : name;
}

/** JSON, also with raw line breaks inside its strings, as small models write it. */
export function readJson(text: string): unknown {
  const value = parseJson(text);
  return value === undefined && /[\n\r\t]/.test(text) ? parseJson(escapeInStrings(text)) : value;
}

function escapeInStrings(text: string): string {
  const parts: string[] = [];
  let inString = false;
  let done = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? "";
    if (character === '"') {
      inString = !inString;
    } else if (inString && character === "\\") {
      index += 1;
    } else if (inString && (character === "\n" || character === "\r" || character === "\t")) {
      parts.push(text.slice(done, index), JSON.stringify(character).slice(1, -1));
      done = index + 1;
    }
  }
  return parts.join("") + text.slice(done);
}

/** Calls as JSON: one object or an array, in the spellings that models use. Undefined if one is none of them. */
export function callsFromJson(value: unknown): readonly ParsedCall[] | undefined {
  const entries = Array.isArray(value) ? value : [value];
  const calls = entries.map(callFromJson);
  return calls.length > 0 && calls.every((call) => call !== undefined) ? calls : undefined;
}

function callFromJson(value: unknown): ParsedCall | undefined {
  const entry = asObject(value);
  if (entry === undefined) {
    return undefined;
  }
  const inner = asObject(entry["function"]) ?? entry;
  const name = asText(inner["name"]) ?? asText(inner["tool_name"]) ?? asText(inner["function"]);
  if (name === undefined) {
    return undefined;
  }
  const given = inner["arguments"] ?? inner["parameters"];
  const id = asText(entry["id"]);
  return { ...withArguments(name, given), ...(id === undefined ? {} : { id }) };
}

/** Arguments as an object, as JSON in a string, or missing, which means none. */
export function withArguments(name: string, given: unknown): ParsedCall {
  const value = typeof given === "string" ? (given.trim() === "" ? {} : readJson(given)) : (given ?? {});
  const text = asObject(value) === undefined ? undefined : stringify(value);
  return text === undefined
    ? { name, argumentsText: typeof given === "string" ? given : (stringify(given) ?? ""), whole: false }
    : { name, argumentsText: text, whole: true };
}

/** Undefined for what is nested deeper than the stack. */
function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** The first JSON object or array at or after `from`, as text; undefined if it does not end. */
export function firstJson(text: string, from: number): { json: string; end: number } | undefined {
  const start = text.slice(from).search(/[{[]/);
  if (start === -1) {
    return undefined;
  }
  const finder = createEndFinder({ quotes: '"', brackets: { depth: 0, skip: [] } });
  const found = finder.push(text.slice(from + start));
  return found === undefined ? undefined : { json: found.body, end: from + start + found.body.length };
}

/** JSON values one after the other, as Llama writes parallel calls; undefined if there is anything else. */
export function readJsonSequence(text: string): readonly unknown[] | undefined {
  const values: unknown[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const found = /^[{[]/.test(rest) && values.length < MAX_SEQUENCE ? firstJson(rest, 0) : undefined;
    const value = found === undefined ? undefined : readJson(found.json);
    if (found === undefined || value === undefined) {
      return undefined;
    }
    values.push(value);
    rest = rest.slice(found.end).replace(/^[\s;,]+/, "");
  }
  return values.length === 0 ? undefined : values.flat();
}

/** Every value is cut off a copy, so their number is bounded. */
const MAX_SEQUENCE = 100;
