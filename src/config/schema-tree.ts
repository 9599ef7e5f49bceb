import type { KeyPath } from "./dotted-key.ts";
import type { KeySpec } from "./key-spec.ts";
import { KEYS } from "./keys.ts";

/** The schema table as a tree, to walk along a document. */
export interface SchemaNode {
  readonly spec: KeySpec | undefined;
  readonly names: ReadonlyMap<string, SchemaNode>;
  /** What stands under any other name: `<id>` in the table. */
  readonly any: SchemaNode | undefined;
}

/** Everything else may stand in a profile. */
const NOT_PER_PROFILE = new Set(["profile", "profiles", "model_providers", "projects"]);

export const SCHEMA: SchemaNode = withProfiles(
  treeOf(KEYS.map((spec) => ({ path: spec.key.split("."), spec }))),
);

export function childNode(node: SchemaNode, name: string): SchemaNode | undefined {
  return node.names.get(name) ?? node.any;
}

export function specAt(path: KeyPath): KeySpec | undefined {
  let node: SchemaNode | undefined = SCHEMA;
  for (const name of path) {
    node = node && childNode(node, name);
  }
  return node?.spec;
}

interface Entry {
  readonly path: KeyPath;
  readonly spec: KeySpec;
}

function treeOf(entries: readonly Entry[]): SchemaNode {
  const groups = new Map<string, Entry[]>();
  for (const { path, spec } of entries) {
    const [name, ...rest] = path;
    if (name !== undefined) {
      groups.set(name, [...(groups.get(name) ?? []), { path: rest, spec }]);
    }
  }
  const nodes = [...groups].map(([name, group]) => [name, treeOf(group)] as const);
  return {
    spec: entries.find((entry) => entry.path.length === 0)?.spec,
    names: new Map(nodes.filter(([name]) => !isPlaceholder(name))),
    any: nodes.find(([name]) => isPlaceholder(name))?.[1],
  };
}

function isPlaceholder(name: string): boolean {
  return name.startsWith("<");
}

function withProfiles(root: SchemaNode): SchemaNode {
  const profiles = root.names.get("profiles");
  if (profiles === undefined) {
    return root;
  }
  const names = new Map([...root.names].filter(([name]) => !NOT_PER_PROFILE.has(name)));
  const profile: SchemaNode = { spec: profiles.any?.spec, names, any: undefined };
  return { ...root, names: new Map(root.names).set("profiles", { ...profiles, any: profile }) };
}
