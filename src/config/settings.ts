import type { ConfigDocument } from "./document.ts";
import { placeOf, withoutUserInfo } from "./document.ts";
import { formatKey, type KeyPath } from "./dotted-key.ts";
import { specAt } from "./schema-tree.ts";
import { isTable, type TomlValue, toJson, valueAt } from "./toml-value.ts";

export interface Setting {
  readonly value: TomlValue | undefined;
  /** "default", "config.toml:LINE", "profile NAME", "-c", "flag", "env NAME" or "found". */
  readonly origin: string;
}

/** The profile's value, else the document's, else the schema's default. */
export function findSetting(document: ConfigDocument, profile: string | undefined, path: KeyPath): Setting {
  const inProfile =
    profile === undefined ? undefined : valueAt(document.table, ["profiles", profile, ...path]);
  if (inProfile !== undefined) {
    return { value: inProfile, origin: `profile ${profile}` };
  }
  const value = valueAt(document.table, path);
  return value === undefined ? defaultSetting(path) : { value, origin: originOf(document, path) };
}

export function defaultSetting(path: KeyPath): Setting {
  return { value: specAt(path)?.default, origin: "default" };
}

export function flagSetting(value: string): Setting {
  return { value, origin: "flag" };
}

export function foundSetting(value: TomlValue): Setting {
  return { value, origin: "found" };
}

export function originOf(document: ConfigDocument, path: KeyPath): string {
  const place = placeOf(document, path);
  return place?.type === "file-line" ? `config.toml:${place.line}` : "-c";
}

/** Settled values and where they came from, by dotted key. */
export type Origins = Map<string, Setting & { readonly path: KeyPath }>;

/** Notes a setting and hands on its value. The schema has checked the value: that is what makes `T` true. */
export function settle<T>(origins: Origins, path: KeyPath, setting: Setting): T {
  origins.set(formatKey(path), { ...setting, path });
  return setting.value as T;
}

/** Every value that somebody set, as a person may read it: what may be a key is told to be there, and no more. */
export function shownValues(origins: Origins): Record<string, string> {
  const given = [...origins].filter(([, { value, origin }]) => value !== undefined && origin !== "default");
  return Object.fromEntries(given.map(([key, { path, value }]) => [key, shownValue(path, value ?? "")]));
}

function shownValue(path: KeyPath, value: TomlValue): string {
  const spec = specAt(path);
  if (spec === undefined || spec.secret === true) {
    return "(set)";
  }
  if (isTable(value)) {
    // In a table of the user's own names a value may be anything.
    return `{ ${[...value.keys()].map((name) => `${formatKey([name])} = …`).join(", ")} }`;
  }
  const text = withoutUserInfo(JSON.stringify(toJson(value)));
  return spec.type === "url" ? text.replace(/[?#].*(?="$)/, "?…") : text;
}
