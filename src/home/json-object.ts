/** JSON objects as Maps: their keys come from files, and `__proto__` must be a key like any other. */
export type JsonMap = ReadonlyMap<string, unknown>;

/** Anything but an object is an empty one. */
export function parseObject(text: string): JsonMap {
  try {
    return toMap(JSON.parse(text));
  } catch {
    return new Map();
  }
}

export function toMap(value: unknown): JsonMap {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return new Map(isObject ? Object.entries(value) : []);
}
