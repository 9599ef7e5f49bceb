import type { ToolSpec } from "../../protocol/index.ts";
import { asArray, asObject, asText, type JsonObject, parseJson } from "../json.ts";

/** Values of formats that write no types: what they are is said by the schema of the offered tool. */

/** The schema of a parameter; undefined if the tool or the parameter is not known. */
export function parameterSchema(
  toolName: string,
  parameter: string,
  tools: readonly ToolSpec[],
): JsonObject | undefined {
  const tool = tools.find((entry) => entry.name === bareName(toolName, tools));
  return propertySchema(asObject(tool?.parameters), parameter);
}

/** What the tool can't do without, by its schema. */
export function requiredParameters(toolName: string, tools: readonly ToolSpec[]): readonly string[] {
  const tool = tools.find((entry) => entry.name === bareName(toolName, tools));
  return asArray(asObject(tool?.parameters)?.["required"]).flatMap((name) => asText(name) ?? []);
}

/** `functions.` before a name is a namespace, unless a tool is called so. */
export function bareName(name: string, tools: readonly ToolSpec[]): string {
  const bare = name.startsWith("functions.") ? name.slice("functions.".length) : name;
  return tools.some((tool) => tool.name === bare) ? bare : name;
}

/** The schema of one property, looked for in the alternatives, too. */
export function propertySchema(schema: JsonObject | undefined, name: string): JsonObject | undefined {
  for (const variant of variantsOf(schema)) {
    const properties = asObject(variant["properties"]);
    if (properties !== undefined && Object.hasOwn(properties, name)) {
      return asObject(properties[name]);
    }
  }
  return undefined;
}

/**
 * A string where the schema says so, or says nothing. Else JSON, if it is that and of a type the schema allows
 * beside strings; else the text as it is.
 */
export function typedValue(text: string, schema: JsonObject | undefined): unknown {
  const types = typesOf(schema);
  if (types.length === 0 || types.every((type) => type === "string")) {
    return text;
  }
  const value = parseJson(text);
  const isText =
    value === undefined || (types.includes("string") && !types.some((type) => isOfType(value, type)));
  return isText ? text : value;
}

/** Every type the schema allows; none if it says nothing. */
export function typesOf(schema: JsonObject | undefined): readonly string[] {
  return variantsOf(schema).flatMap((variant) => {
    const type = variant["type"];
    const listed = typeof type === "string" ? [type] : asArray(type).flatMap((entry) => asText(entry) ?? []);
    return listed.length > 0 ? listed : [...asArray(variant["enum"]), variant["const"]].flatMap(typeOf);
  });
}

/** A schema and the alternatives in it; schemas are ours or a server's of tools, so their depth is bounded. */
export function variantsOf(schema: JsonObject | undefined, depth = 0): readonly JsonObject[] {
  if (schema === undefined || depth > MAX_DEPTH) {
    return [];
  }
  const inner = [...asArray(schema["anyOf"]), ...asArray(schema["oneOf"]), ...asArray(schema["allOf"])];
  return [schema, ...inner.flatMap((variant) => variantsOf(asObject(variant), depth + 1))];
}

const MAX_DEPTH = 5;

function typeOf(value: unknown): readonly string[] {
  if (value === undefined) {
    return [];
  }
  return [value === null ? "null" : Array.isArray(value) ? "array" : typeof value];
}

function isOfType(value: unknown, type: string): boolean {
  if (type === "integer") {
    return Number.isInteger(value);
  }
  return type !== "string" && typeOf(value).includes(type);
}
