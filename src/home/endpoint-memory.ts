import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EndpointFacts, EndpointMemory } from "../protocol/index.ts";
import { writeAtomically } from "./atomic-write.ts";
import { knownFacts } from "./endpoint-facts.ts";
import { type JsonMap, parseObject, toMap } from "./json-object.ts";

/**
 * Facts about endpoints in `leat/endpoints.json`: `{"endpoints": {"<base URL>": {…, "models": {"<id>": {…}}}}}`.
 * They only save a request, so nothing that happens to the file may stop a run.
 */
export function openEndpointMemory(home: string): EndpointMemory {
  const path = join(home, "leat", "endpoints.json");
  const learnt: Lesson[] = [];
  let stored: JsonMap | undefined;
  return {
    get(endpoint, model) {
      stored ??= readStored(path);
      return knownFacts(at(stored, serverPath(endpoint)), at(stored, modelPath(endpoint, model)));
    },
    put(endpoint, model, facts) {
      const lessons = [
        ...lessonsOf(serverPath(endpoint), facts.server),
        ...lessonsOf(modelPath(endpoint, model), facts.model),
      ];
      stored ??= readStored(path);
      const known = stored;
      if (lessons.some(({ place, name, value }) => !isEqual(at(known, place).get(name), value))) {
        learnt.push(...lessons);
        // Read again: another leat may have written since.
        stored = learnt.reduce(withLesson, readStored(path));
        save(path, stored);
      }
    },
  };
}

/** One fact and the way to it. */
interface Lesson {
  readonly place: readonly string[];
  readonly name: string;
  readonly value: unknown;
}

function lessonsOf(
  place: readonly string[],
  facts: EndpointFacts[keyof EndpointFacts] | undefined,
): Lesson[] {
  return Object.entries(facts ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ place, name, value }));
}

function serverPath(endpoint: string): string[] {
  return ["endpoints", endpoint];
}

function modelPath(endpoint: string, model: string): string[] {
  return [...serverPath(endpoint), "models", model];
}

function at(map: JsonMap, path: readonly string[]): JsonMap {
  return path.reduce((inner, key) => toMap(inner.get(key)), map);
}

/** Everything else stays as it is, also what a newer leat may have written. */
function withLesson(map: JsonMap, { place, name, value }: Lesson): JsonMap {
  const [key, ...rest] = place;
  if (key === undefined) {
    return new Map(map).set(name, value);
  }
  const inner = withLesson(toMap(map.get(key)), { place: rest, name, value });
  return new Map(map).set(key, toJson(inner));
}

function toJson(map: JsonMap): unknown {
  return Object.fromEntries(map);
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
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
    writeAtomically(path, `${JSON.stringify(toJson(stored), undefined, 2)}\n`);
  } catch {
    // A full or read-only disk: the fact is known until this run ends.
  }
}
