import type { ConfigError } from "../protocol/index.ts";
import { faultOf } from "./check-value.ts";
import type { UnknownKey } from "./config.ts";
import { type ConfigDocument, errorAt, placeOf } from "./document.ts";
import { formatKey, type KeyPath } from "./dotted-key.ts";
import { nearestField } from "./nearest.ts";
import { childNode, SCHEMA, type SchemaNode } from "./schema-tree.ts";
import { isTable, type TomlTable } from "./toml-value.ts";

/** What a document is found to hold beside what leat uses. */
export type DocumentCheck =
  | {
      readonly ok: true;
      readonly unknown: readonly UnknownKey[];
      readonly notYet: readonly KeyPath[];
      readonly codexOnly: readonly KeyPath[];
      readonly holdsSecrets: boolean;
    }
  | { readonly ok: false; readonly error: ConfigError };

type Finding =
  | { readonly type: "key-wrong"; readonly error: ConfigError }
  | { readonly type: "key-unknown"; readonly path: KeyPath; readonly siblings: readonly string[] }
  | { readonly type: "key-unused"; readonly path: KeyPath }
  | { readonly type: "key-foreign"; readonly path: KeyPath }
  | { readonly type: "key-secret" };

/** Guessing takes time, and nobody reads more; a file of garbage may have any number of unknown keys. */
const MOST_GUESSES = 100;

/** Holds a document to the schema. The first wrong value ends it. */
export function checkDocument(document: ConfigDocument): DocumentCheck {
  const unknown: UnknownKey[] = [];
  const notYet: KeyPath[] = [];
  const codexOnly: KeyPath[] = [];
  let holdsSecrets = false;
  for (const finding of findingsIn(document, document.table, SCHEMA, [])) {
    switch (finding.type) {
      case "key-wrong":
        return { ok: false, error: finding.error };
      case "key-unknown":
        unknown.push(
          unknownKey(document, finding.path, unknown.length < MOST_GUESSES ? finding.siblings : []),
        );
        break;
      case "key-unused":
        notYet.push(finding.path);
        break;
      case "key-foreign":
        codexOnly.push(finding.path);
        break;
      case "key-secret":
        holdsSecrets = true;
        break;
      default:
        finding satisfies never;
    }
  }
  return { ok: true, unknown, notYet, codexOnly, holdsSecrets };
}

function* findingsIn(
  document: ConfigDocument,
  table: TomlTable,
  node: SchemaNode,
  parent: KeyPath,
): Generator<Finding> {
  for (const [name, value] of table) {
    const path = [...parent, name];
    const child = childNode(node, name);
    if (child === undefined) {
      if (node.spec?.type !== "any") {
        yield { type: "key-unknown", path, siblings: [...node.names.keys()] };
      }
      continue;
    }
    const { spec } = child;
    const fault = spec && faultOf(spec, value);
    if (fault !== undefined) {
      yield { type: "key-wrong", error: errorAt(document, [...path, ...fault.within], fault) };
    }
    if (spec?.secret === true) {
      yield { type: "key-secret" };
    }
    // One note for `mcp_servers`, not one for each of its keys.
    if (spec?.effect === "not-yet" && isFirstNotYet(node)) {
      yield { type: "key-unused", path };
    }
    if (spec?.effect === "codex-only") {
      yield { type: "key-foreign", path };
    }
    if (isTable(value) && hasChildren(child)) {
      yield* findingsIn(document, value, child, path);
    }
  }
}

function isFirstNotYet(parent: SchemaNode): boolean {
  return parent.spec?.effect !== "not-yet";
}

function hasChildren(node: SchemaNode): boolean {
  return node.names.size > 0 || node.any !== undefined;
}

function unknownKey(document: ConfigDocument, path: KeyPath, siblings: readonly string[]): UnknownKey {
  const place = placeOf(document, path);
  return {
    key: formatKey(path),
    ...(place?.type === "file-line" && { line: place.line }),
    ...nearestField(path.at(-1) ?? "", siblings),
  };
}
