import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EndpointFacts, EndpointMemory } from "../protocol/index.ts";
import { writeAtomically } from "./atomic-write.ts";
import { type JsonMap, parseObject, toMap } from "./json-object.ts";

/**
 * Facts about endpoints in `leat/endpoints.json`: `{"endpoints": {"<base URL>": {…}}}`.
 * They only save a request, so nothing that happens to the file may stop a run.
 */
export function openEndpointMemory(home: string): EndpointMemory {
  const path = join(home, "leat", "endpoints.json");
  const learnt = new Map<string, JsonMap>();
  let stored: JsonMap | undefined;
  return {
    get(endpoint) {
      stored ??= readStored(path);
      return knownFacts(factsOf(stored, endpoint));
    },
    put(endpoint, facts) {
      stored ??= readStored(path);
      if (changes(factsOf(stored, endpoint), facts)) {
        learnt.set(endpoint, new Map([...(learnt.get(endpoint) ?? []), ...Object.entries(facts)]));
        // Read again: another leat may have written since.
        stored = [...learnt].reduce(withFacts, readStored(path));
        save(path, stored);
      }
    },
  };
}

function readStored(path: string): JsonMap {
  try {
    return parseObject(readFileSync(path, "utf8"));
  } catch {
    return new Map();
  }
}

function save(path: string, stored: JsonMap): void {
  try {
    writeAtomically(path, `${JSON.stringify(Object.fromEntries(stored), undefined, 2)}\n`);
  } catch {
    // A full or read-only disk: the fact is known until this run ends.
  }
}

function factsOf(stored: JsonMap, endpoint: string): JsonMap {
  return toMap(toMap(stored.get("endpoints")).get(endpoint));
}

function changes(stored: JsonMap, facts: Partial<EndpointFacts>): boolean {
  return Object.entries(facts).some(([name, value]) => stored.get(name) !== value);
}

/** Everything else stays as it is, also what a newer leat may have written. */
function withFacts(stored: JsonMap, [endpoint, facts]: readonly [string, JsonMap]): JsonMap {
  const merged = new Map([...factsOf(stored, endpoint), ...facts]);
  const endpoints = new Map(toMap(stored.get("endpoints"))).set(endpoint, Object.fromEntries(merged));
  return new Map(stored).set("endpoints", Object.fromEntries(endpoints));
}

const FACT_NAMES = [
  "refusesStreamOptions",
  "refusesReturnProgress",
] as const satisfies (keyof EndpointFacts)[];

/** A hand-edited value of the wrong type is no fact. */
function knownFacts(facts: JsonMap): EndpointFacts {
  const known = FACT_NAMES.map((name) => [name, facts.get(name)] as const);
  return Object.fromEntries(known.filter(([, value]) => typeof value === "boolean"));
}
