import { parse } from "smol-toml";

/**
 * TOML as Maps: a key such as `__proto__` or `constructor` is then a key like any other, wherever it goes.
 */
export type TomlValue = string | number | boolean | Date | readonly TomlValue[] | TomlTable;

export type TomlTable = ReadonlyMap<string, TomlValue>;

/** No key anyone reads is nearly that deep; a file of garbage could otherwise exhaust the stack. */
const DEEPEST = 64;

/** Throws smol-toml's TomlError. */
export function parseToml(text: string): TomlTable {
  return toTable(parse(text), 0);
}

export function isTable(value: TomlValue | undefined): value is TomlTable {
  return value instanceof Map;
}

/** The value at a path, if every step on the way is a table. */
export function valueAt(table: TomlTable, path: readonly string[]): TomlValue | undefined {
  let value: TomlValue | undefined = table;
  for (const segment of path) {
    value = isTable(value) ? value.get(segment) : undefined;
  }
  return value;
}

/** As JSON would have it: tables are objects, dates their text. */
export function toJson(value: TomlValue): unknown {
  if (isTable(value)) {
    return Object.fromEntries([...value].map(([name, inner]) => [name, toJson(inner)]));
  }
  if (Array.isArray(value)) {
    return value.map(toJson);
  }
  return value instanceof Date ? value.toISOString() : value;
}

/** The same table with one value set: tables on the way are made, and what is no table is replaced by one. */
export function withValueAt(
  table: TomlTable,
  [segment, ...rest]: readonly string[],
  value: TomlValue,
): TomlTable {
  if (segment === undefined) {
    return table;
  }
  const inner = table.get(segment);
  const next = rest.length === 0 ? value : withValueAt(isTable(inner) ? inner : new Map(), rest, value);
  return new Map(table).set(segment, next);
}

/** What kind of thing a value is, as a person would say it. Never the value: it may be a secret. */
export function kindOf(value: TomlValue): string {
  switch (typeof value) {
    case "string":
      return "a string";
    case "boolean":
      return "a boolean";
    case "number":
      return kindOfNumber(value);
    default:
      return kindOfObject(value);
  }
}

function kindOfNumber(value: number): string {
  if (!Number.isInteger(value)) {
    return "a float";
  }
  return value < 0 ? "a negative integer" : "an integer";
}

function kindOfObject(value: Date | readonly TomlValue[] | TomlTable): string {
  if (value instanceof Date) {
    return "a date";
  }
  return isTable(value) ? "a table" : "an array";
}

function toTable(object: object, depth: number): TomlTable {
  const entries = depth > DEEPEST ? [] : Object.entries(object);
  return new Map(entries.map(([key, value]) => [key, toValue(value, depth)]));
}

function toValue(value: unknown, depth: number): TomlValue {
  if (Array.isArray(value)) {
    return depth > DEEPEST ? [] : value.map((element) => toValue(element, depth + 1));
  }
  if (typeof value === "object" && value !== null && !(value instanceof Date)) {
    return toTable(value, depth + 1);
  }
  return value as TomlValue;
}
