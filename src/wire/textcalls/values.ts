import type { ArgumentRepair } from "../chat/repair-arguments.ts";
import { repairJson, withoutFence } from "../chat/repair-arguments.ts";
import { asObject, asText, parseJson } from "../json.ts";
import { createEndFinder } from "./end-finder.ts";
import type { ParsedCall } from "./format.ts";

export interface ReadJson {
  readonly value: unknown;
  readonly repairs: readonly ArgumentRepair[];
}

/** JSON, also as small models write it almost right. */
export function readJson(text: string): ReadJson | undefined {
  const value = parseJson(text);
  return value === undefined ? repairJson(text) : { value, repairs: [] };
}

/** A call whose arguments were read one by one. */
export function callOf(name: string, entries: readonly (readonly [string, unknown])[]): ParsedCall {
  return withArguments(name, Object.fromEntries(entries), []);
}

/** Calls as JSON: one object or an array, in the spellings that models use. Undefined if one is none of them. */
export function callsFromJson({ value, repairs }: ReadJson): readonly ParsedCall[] | undefined {
  const entries = Array.isArray(value) ? value : [value];
  const calls = entries.map((entry) => callFromJson(entry, repairs));
  return calls.length > 0 && calls.every((call) => call !== undefined) ? calls : undefined;
}

function callFromJson(value: unknown, repairs: readonly ArgumentRepair[]): ParsedCall | undefined {
  const entry = asObject(value);
  if (entry === undefined) {
    return undefined;
  }
  const inner = asObject(entry["function"]) ?? entry;
  const name = asText(inner["name"]) ?? asText(inner["tool_name"]) ?? asText(inner["function"]);
  const given = inner["arguments"] ?? inner["parameters"];
  if (name === undefined || (given === undefined && !Object.keys(inner).every((key) => CALL_KEYS.has(key)))) {
    return undefined;
  }
  const id = asText(entry["id"]);
  return {
    ...withArguments(name, given, repairs),
    ...(id === undefined ? {} : { id }),
  };
}

/** What a call without arguments may hold; with anything else it is data, or has its arguments where nobody knows. */
const CALL_KEYS: ReadonlySet<string> = new Set([
  ...["name", "tool_name", "function", "type", "id", "tool_call_id", "index"],
  ...["arguments", "parameters"],
]);

/** Arguments as an object, as JSON in a string, or missing, which means none. */
export function withArguments(name: string, given: unknown, repairs: readonly ArgumentRepair[]): ParsedCall {
  const inner = typeof given === "string" ? argumentsInString(given) : { value: given ?? {}, repairs: [] };
  const text = asObject(inner?.value) === undefined ? undefined : stringify(inner?.value);
  if (text === undefined) {
    return {
      name,
      argumentsText: typeof given === "string" ? given : (stringify(given) ?? ""),
      whole: false,
    };
  }
  const all = [...repairs, ...(inner?.repairs ?? [])];
  return { name, argumentsText: text, whole: true, ...(all.length === 0 ? {} : { repairs: all }) };
}

function argumentsInString(text: string): ReadJson | undefined {
  if (text.trim() === "") {
    return { value: {}, repairs: [] };
  }
  const read = readJson(text);
  return read === undefined ? undefined : { ...read, repairs: [...read.repairs, "JSON in a string"] };
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
export function readJsonSequence(text: string): ReadJson | undefined {
  const values: unknown[] = [];
  const repairs = new Set<ArgumentRepair>();
  const bare = withoutFence(text);
  if (bare !== text) {
    repairs.add("code fence");
  }
  let rest = bare.trim();
  while (rest !== "") {
    const found = /^[{[]/.test(rest) && values.length < MAX_SEQUENCE ? firstJson(rest, 0) : undefined;
    const read = found === undefined ? undefined : readJson(found.json);
    if (found === undefined || read === undefined) {
      return undefined;
    }
    values.push(read.value);
    for (const repair of read.repairs) {
      repairs.add(repair);
    }
    rest = rest.slice(found.end).replace(/^[\s;,]+/, "");
    // Qwen2.5 closes one bracket too many at times; nothing is left to be said after that.
    if (/^[\]}\s]+$/.test(rest)) {
      repairs.add("surplus brackets");
      rest = "";
    }
  }
  return values.length === 0 ? undefined : { value: values.flat(), repairs: [...repairs] };
}

/** Every value is cut off a copy, so their number is bounded. */
const MAX_SEQUENCE = 100;
