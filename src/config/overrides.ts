import type { ConfigError } from "../protocol/index.ts";
import type { ConfigDocument, DocumentResult, Place } from "./document.ts";
import { formatKey, type KeyPath, splitOverrideKey } from "./dotted-key.ts";
import { parseToml, type TomlValue, withValueAt } from "./toml-value.ts";

/** Puts each `-c key=value` into the document; a later one wins. */
export function applyOverrides(document: ConfigDocument, overrides: readonly string[]): DocumentResult {
  let result = document;
  for (const text of overrides) {
    const parsed = parseOverride(text);
    if ("error" in parsed) {
      return { ok: false, error: parsed.error };
    }
    result = {
      ...result,
      table: withValueAt(result.table, parsed.path, parsed.value),
      places: withPlaceAt(result.places, parsed.path, { type: "override", text }),
    };
  }
  return { ok: true, document: result };
}

/** Codex's rules: cut at the first `=`; a TOML value, or else the text itself without quotes around it. */
export function parseOverride(
  text: string,
): { readonly path: KeyPath; readonly value: TomlValue } | { readonly error: ConfigError } {
  const equals = text.indexOf("=");
  if (equals === -1) {
    return { error: badOverride(text, "Invalid override (missing '=')") };
  }
  const path = splitOverrideKey(text.slice(0, equals).trim());
  if (path.includes("")) {
    return { error: badOverride(text, "Empty key in override") };
  }
  return { path, value: parseValue(text.slice(equals + 1).trim()) };
}

function parseValue(text: string): TomlValue {
  try {
    const table = parseToml(`value = ${text}`);
    const value = table.get("value");
    // A line break in the text could have begun a second key.
    if (table.size === 1 && value !== undefined) {
      return value;
    }
  } catch {
    // No TOML value: a bare word such as `gpt-5-codex`, or a path.
  }
  return text.replace(/^["']+|["']+$/g, "");
}

/** What stood below the key is gone; tables made on the way belong to this override too. */
function withPlaceAt(
  places: ReadonlyMap<string, Place>,
  path: KeyPath,
  place: Place,
): ReadonlyMap<string, Place> {
  const key = formatKey(path);
  const result = new Map([...places].filter(([other]) => other !== key && !other.startsWith(`${key}.`)));
  for (let length = 1; length <= path.length; length += 1) {
    const part = formatKey(path.slice(0, length));
    result.set(part, result.get(part) ?? place);
  }
  return result;
}

/** What stands after the `=` may be a key, and this text is shown. */
function badOverride(text: string, reason: string): ConfigError {
  const equals = text.indexOf("=");
  const shown = equals === -1 ? text : `${text.slice(0, equals)}=…`;
  return { kind: "config", problem: { type: "bad_override", text: shown, reason }, source: `-c ${shown}` };
}
