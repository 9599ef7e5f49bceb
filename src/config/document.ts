import { TomlError } from "smol-toml";
import type { ConfigError } from "../protocol/index.ts";
import { formatKey, type KeyPath, splitOverrideKey } from "./dotted-key.ts";
import { keyLines } from "./key-lines.ts";
import type { KeySpec } from "./key-spec.ts";
import { specAt } from "./schema-tree.ts";
import { parseToml, type TomlTable } from "./toml-value.ts";

/** The parsed file with the `-c` overrides in it, and where each key came from. */
export interface ConfigDocument {
  readonly file: string;
  readonly table: TomlTable;
  /** By `formatKey`. */
  readonly places: ReadonlyMap<string, Place>;
}

export type Place =
  | { readonly type: "file-line"; readonly line: number }
  | { readonly type: "override"; readonly text: string };

export type DocumentResult =
  | { readonly ok: true; readonly document: ConfigDocument }
  | { readonly ok: false; readonly error: ConfigError };

export function parseDocument(file: string, text: string): DocumentResult {
  try {
    const table = parseToml(text);
    const places = [...keyLines(text)].map(([key, line]) => [key, { type: "file-line", line }] as const);
    return { ok: true, document: { file, table, places: new Map(places) } };
  } catch (error) {
    if (error instanceof TomlError) {
      return { ok: false, error: syntaxError(file, error) };
    }
    throw error;
  }
}

/** Where a key stands; for one within a value, where that value stands. */
export function placeOf(document: ConfigDocument, path: KeyPath): Place | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const place = document.places.get(formatKey(path.slice(0, length)));
    if (place !== undefined) {
      return place;
    }
  }
  return undefined;
}

/** What is wrong with a key, before it is known where the key stands. */
export type Fault = Pick<ConfigError, "problem" | "nearest">;

/** The error for a key, with the place it stands at. */
export function errorAt(document: ConfigDocument, path: KeyPath, { problem, nearest }: Fault): ConfigError {
  const place = placeOf(document, path);
  return {
    kind: "config",
    problem,
    source: place?.type === "override" ? overrideSource(place.text, path) : document.file,
    ...(place?.type === "file-line" && { line: place.line }),
    key: formatKey(path),
    ...(nearest !== undefined && { nearest }),
  };
}

/** As typed, unless a secret may be in it: a whole table, a secret of its own, or a URL with a password. */
function overrideSource(text: string, path: KeyPath): string {
  const typedKey = text.slice(0, text.indexOf("=")).trim();
  const spec = specAt(path);
  const isWhole = splitOverrideKey(typedKey).length === path.length;
  if (isWhole && spec !== undefined && spec.secret !== true && isScalar(spec)) {
    return `-c ${withoutUserInfo(text)}`;
  }
  return `-c ${typedKey}=…`;
}

function isScalar(spec: KeySpec): boolean {
  return spec.type !== "table" && spec.type !== "any" && spec.type !== "string-map";
}

/** A URL's user name and password are left out. */
export function withoutUserInfo(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/g, "//…@");
}

function syntaxError(file: string, error: TomlError): ConfigError {
  const [firstLine = ""] = error.message.split("\n");
  // smol-toml 1.9 forgets the colon in some of its messages.
  const message = firstLine.replace(/^Invalid TOML document:? ?/, "");
  return {
    kind: "config",
    problem: { type: "syntax", message },
    source: file,
    line: error.line,
    column: error.column,
  };
}
