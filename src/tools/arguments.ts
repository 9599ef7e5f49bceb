/** Reading a call's arguments: strict about JSON, lenient about names and about numbers written as strings. */

export type ParsedArguments =
  | { readonly kind: "parsed"; readonly value: Record<string, unknown> }
  /** JSON for a string, or no JSON at all: `text` is what the model meant, if the tool can tell. */
  | { readonly kind: "unparsed"; readonly reason: string; readonly text: string };

export function parseArguments(json: string): ParsedArguments {
  if (json.trim() === "") {
    return { kind: "parsed", value: {} };
  }
  const outer = parseJson(json);
  if (!outer.ok) {
    return { kind: "unparsed", reason: outer.reason, text: json };
  }
  if (typeof outer.value !== "string") {
    return asObject(outer.value, json);
  }
  if (outer.value.trim() === "") {
    return { kind: "parsed", value: {} };
  }

  // Encoded twice: some servers hand the arguments on as a string inside the string.
  const inner = parseJson(outer.value);
  if (inner.ok && typeof inner.value !== "string") {
    return asObject(inner.value, outer.value);
  }
  return { kind: "unparsed", reason: "invalid type: string, expected an object", text: outer.value };
}

/** The first of `names` that holds a string; numbers and booleans count as their text. */
export function readString(args: Record<string, unknown>, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = args[name];
    if (typeof value === "string") {
      return value;
    }
    if (typeof value === "number" || typeof value === "boolean") {
      return String(value);
    }
  }
  return undefined;
}

export function readInteger(args: Record<string, unknown>, ...names: string[]): number | undefined {
  for (const name of names) {
    const value = args[name];
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof number === "number" && Number.isFinite(number)) {
      return Math.trunc(number);
    }
  }
  return undefined;
}

export function readBoolean(args: Record<string, unknown>, ...names: string[]): boolean {
  return names.some((name) => args[name] === true || args[name] === "true");
}

function asObject(value: unknown, text: string): ParsedArguments {
  if (value === null) {
    return { kind: "parsed", value: {} };
  }
  if (typeof value === "object" && !Array.isArray(value)) {
    return { kind: "parsed", value: value as Record<string, unknown> };
  }
  const found = Array.isArray(value) ? "array" : typeof value;
  return { kind: "unparsed", reason: `invalid type: ${found}, expected an object`, text };
}

type Json = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

export function parseJson(text: string): Json {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    // The engine quotes the text, newlines included.
    return {
      ok: false,
      reason: error instanceof Error ? error.message.replace(/\s+/g, " ") : "invalid JSON",
    };
  }
}
