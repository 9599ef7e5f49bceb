import type { ConfigError } from "../protocol/index.ts";
import { type ConfigDocument, placeOf } from "./document.ts";
import { nearestField } from "./nearest.ts";
import { findSetting, flagSetting, type Origins, settle } from "./settings.ts";
import { isTable, valueAt } from "./toml-value.ts";

export type ProfileChoice =
  | { readonly ok: true; readonly profile: string | undefined }
  | { readonly ok: false; readonly error: ConfigError };

/** The profile typed, else the one the key `profile` names. */
export function chooseProfile(
  document: ConfigDocument,
  typed: string | undefined,
  origins: Origins,
): ProfileChoice {
  const setting = typed === undefined ? findSetting(document, undefined, ["profile"]) : flagSetting(typed);
  const name = settle<string | undefined>(origins, ["profile"], setting);
  const profiles = valueAt(document.table, ["profiles"]);
  const known = isTable(profiles) ? [...profiles.keys()] : [];
  if (name === undefined || known.includes(name)) {
    return { ok: true, profile: name };
  }
  return { ok: false, error: unknownProfile(document, name, known, typed === undefined) };
}

/** The source is the file in any case: that is where the profile was looked for. */
function unknownProfile(
  document: ConfigDocument,
  name: string,
  known: readonly string[],
  isNamedInDocument: boolean,
): ConfigError {
  const place = isNamedInDocument ? placeOf(document, ["profile"]) : undefined;
  return {
    kind: "config",
    problem: { type: "unknown_profile", name, known },
    source: document.file,
    ...(place?.type === "file-line" && { line: place.line, key: "profile" }),
    ...nearestField(name, known),
  };
}
