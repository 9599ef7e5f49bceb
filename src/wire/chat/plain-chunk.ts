import { asObject, type JsonObject } from "../json.ts";

/**
 * The delta of a chunk that says nothing beside it: the ordinary case, and the hot path. At the speed of a model each
 * chunk is read by cold code, whose price goes by how much of it there is.
 */
export function plainDelta(value: unknown): JsonObject | undefined {
  const chunk = asObject(value);
  const choices = chunk?.["choices"];
  if (chunk === undefined || !Array.isArray(choices) || choices.length !== 1) {
    return undefined;
  }
  const choice = asObject(choices[0]);
  const isPlain =
    choice !== undefined &&
    (choice["index"] === 0 || choice["index"] === undefined) &&
    (choice["finish_reason"] ?? null) === null &&
    (choice["usage"] ?? null) === null &&
    choice["error"] === undefined &&
    (chunk["usage"] ?? null) === null &&
    chunk["error"] === undefined &&
    chunk["timings"] === undefined &&
    chunk["stats"] === undefined &&
    chunk["prompt_progress"] === undefined &&
    chunk["x_groq"] === undefined &&
    chunk["object"] !== "error";
  return isPlain ? asObject(choice["delta"]) : undefined;
}

/** Whether a delta has nothing in it but content; fields that are null say nothing. */
export function holdsContentOnly(delta: JsonObject): boolean {
  for (const name in delta) {
    if (name !== "content" && name !== "role" && delta[name] !== null) {
      return false;
    }
  }
  return true;
}
