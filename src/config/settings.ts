import type { ConfigDocument } from "./document.ts";
import { placeOf } from "./document.ts";
import { formatKey, type KeyPath } from "./dotted-key.ts";
import { specAt } from "./schema-tree.ts";
import { type TomlValue, valueAt } from "./toml-value.ts";

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

/** Where settled values came from, by dotted key. */
export type Origins = Map<string, string>;

/** Notes a setting's origin and hands on its value. The schema has checked the value: that is what makes `T` true. */
export function settle<T>(origins: Origins, path: KeyPath, setting: Setting): T {
  origins.set(formatKey(path), setting.origin);
  return setting.value as T;
}
