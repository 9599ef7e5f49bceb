import type { ToolSpec } from "../../protocol/index.ts";
import { asObject, type JsonObject } from "../json.ts";
import type { ParsedCall, TextCallFormat } from "./format.ts";
import { parameterSchema, propertySchema, typedValue, typesOf, variantsOf } from "./typed-value.ts";
import { callOf } from "./values.ts";

/**
 * MiniMax M3: elements with a token of its own before every tag, named after the parameters, and nested where
 * the value is an object or a list (of `<item>`). Nothing is escaped, since the token can't stand in a value.
 */
const TOKEN = "]<]minimax[>[";

export const minimaxM3: TextCallFormat = {
  name: "minimax-m3",
  opens: () => [`${TOKEN}<tool_call>`, `${TOKEN}\n<tool_call>`],
  end: { closes: [`${TOKEN}</tool_call>`, `${TOKEN}\n</tool_call>`] },
  namePattern: /<invoke name="([^"\n]{1,200})"/,
  parse: (body, { tools }) => parseMinimaxM3(body, tools),
};

/** A tag and the text up to the next one. */
interface Tag {
  readonly type: "open" | "close";
  readonly name: string;
  readonly attributes: string;
  readonly text: string;
}

/** The calls of a body; undefined if it holds anything else. */
export function parseMinimaxM3(body: string, tools: readonly ToolSpec[]): readonly ParsedCall[] | undefined {
  const tags = readTags(body);
  const calls: ParsedCall[] = [];
  let position = 0;
  while (tags !== undefined && position < tags.length) {
    const name = invokedName(tags[position]);
    if (name === undefined) {
      break;
    }
    const read = readElements(tags, position + 1, {
      end: "invoke",
      schemaOf: (key) => parameterSchema(name, key, tools),
    });
    if (read === undefined) {
      calls.push({ name, argumentsText: body.trim(), whole: false });
      break;
    }
    calls.push(callOf(name, read.entries));
    position = read.end;
  }
  return calls.length > 0 ? calls : undefined;
}

function invokedName(tag: Tag | undefined): string | undefined {
  return tag?.type === "open" && tag.name === "invoke"
    ? /name="([^"\n]{1,200})"/.exec(tag.attributes)?.[1]
    : undefined;
}

function readTags(body: string): readonly Tag[] | undefined {
  const [before = "", ...parts] = body.split(TOKEN);
  const tags = parts.flatMap((part): (Tag | undefined)[] => {
    const match = /^\s*<(\/?)([^\s<>/]{1,200})([^<>]{0,300})>/.exec(part);
    if (match === null) {
      return part.trim() === "" ? [] : [undefined];
    }
    const [whole, slash, name = "", attributes = ""] = match;
    return [{ type: slash === "/" ? "close" : "open", name, attributes, text: part.slice(whole.length) }];
  });
  const isWhole = before.trim() === "" && tags.every((tag) => tag !== undefined);
  return isWhole ? tags.flatMap((tag) => tag ?? []) : undefined;
}

interface Level {
  readonly end: string;
  readonly schemaOf: (key: string) => JsonObject | undefined;
  readonly depth?: number;
}

const MAX_DEPTH = 32;

/** The elements up to the tag that closes this level. */
function readElements(
  tags: readonly Tag[],
  from: number,
  { end, schemaOf, depth = 0 }: Level,
): { entries: [string, unknown][]; end: number } | undefined {
  const entries: [string, unknown][] = [];
  let position = from;
  for (;;) {
    const tag = tags[position];
    if (tag === undefined || depth > MAX_DEPTH) {
      return undefined;
    }
    if (tag.type === "close") {
      return tag.name === end ? { entries, end: position + 1 } : undefined;
    }
    const read = readValue(tags, position, { schema: schemaOf(tag.name), depth });
    if (read === undefined) {
      return undefined;
    }
    entries.push([tag.name, read.value]);
    position = read.end;
  }
}

function readValue(
  tags: readonly Tag[],
  from: number,
  { schema, depth }: { schema: JsonObject | undefined; depth: number },
): { value: unknown; end: number } | undefined {
  const tag = tags[from];
  const next = tags[from + 1];
  if (tag === undefined) {
    return undefined;
  }
  const closing = `</${tag.name}>`;
  const unmarked = tag.text.trimEnd();
  if (unmarked.endsWith(closing)) {
    // Its closing tag lacks the token, as MiniMax writes it now and then.
    return { value: leafValue(unmarked.slice(0, -closing.length), schema), end: from + 1 };
  }
  if (next?.type === "close") {
    return next.name === tag.name ? { value: leafValue(tag.text, schema), end: from + 2 } : undefined;
  }
  const types = typesOf(schema);
  const isList = types.includes("array") || (!types.includes("object") && next?.name === "item");
  const read = readElements(tags, from + 1, {
    end: tag.name,
    schemaOf: (key) => (isList ? itemSchema(schema) : propertySchema(schema, key)),
    depth: depth + 1,
  });
  if (read === undefined) {
    return undefined;
  }
  const values = read.entries.map(([, value]) => value);
  return { value: isList ? values : Object.fromEntries(read.entries), end: read.end };
}

function leafValue(text: string, schema: JsonObject | undefined): unknown {
  const types = typesOf(schema);
  if (text.trim() === "" && !types.includes("string")) {
    return types.includes("array") ? [] : types.includes("object") ? {} : typedValue(text, schema);
  }
  return typedValue(text, schema);
}

function itemSchema(schema: JsonObject | undefined): JsonObject | undefined {
  for (const variant of variantsOf(schema)) {
    const items = asObject(variant["items"]);
    if (items !== undefined) {
      return items;
    }
  }
  return undefined;
}
