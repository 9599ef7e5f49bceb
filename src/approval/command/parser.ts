/** tree-sitter with its grammar of bash. About 40 ms and 15 MB, so this file is loaded with the first command that needs it. */
import { readFile } from "node:fs/promises";
import bashPath from "tree-sitter-bash/tree-sitter-bash.wasm";
import { Language, type Node, Parser } from "web-tree-sitter";
import runtimePath from "web-tree-sitter/web-tree-sitter.wasm";

export type { Node };

export interface BashParser {
  /** Reads a script; the tree lives only as long as `use` runs. */
  parse<Result>(script: string, use: (program: Node) => Result): Result | undefined;
}

export async function loadParser(): Promise<BashParser> {
  const [runtime, grammar] = await Promise.all([readWasm(runtimePath), readWasm(bashPath)]);
  await Parser.init({ wasmBinary: runtime });
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  return {
    parse(script, use) {
      const tree = parser.parse(script);
      if (tree === null) {
        return undefined;
      }
      try {
        return use(tree.rootNode);
      } finally {
        tree.delete();
      }
    },
  };
}

async function readWasm(path: string): Promise<Uint8Array> {
  return await readFile(new URL(path, import.meta.url));
}
