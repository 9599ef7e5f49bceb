import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

const MAX_BYTES_SHOWN = 20_000;

/** All there is to a folder: names, kinds, modes, links and bytes; a long content is told by its hash. */
export function snapshotTree(folder: string): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    tree[name] = describe(join(folder, name));
  }
  return tree;
}

function describe(path: string): string {
  const found = lstatSync(path);
  const mode = (found.mode & 0o7777).toString(8);
  if (found.isSymbolicLink()) {
    return `link to ${readlinkSync(path)}`;
  }
  if (found.isDirectory()) {
    return `folder ${mode}`;
  }
  const bytes = readFileSync(path);
  const content =
    bytes.length > MAX_BYTES_SHOWN
      ? `${bytes.length} bytes, ${createHash("sha256").update(bytes).digest("hex")}`
      : bytes.toString("latin1");
  return `file ${mode}: ${content}`;
}
