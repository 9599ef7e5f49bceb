import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const repository = resolve(import.meta.dirname, "../..");
let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "leat-build-"));
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  mkdirSync(join(root, "src"));
  write("package.json", `{ "type": "module" }`);
  write("src/note.md", "a *note*");
  write("src/lazy.ts", `export const lazy = "loaded later";\n`);
  write(
    "src/main.ts",
    `import { parse } from "smol-toml";
import note from "./note.md";
const { lazy } = await import("./lazy.ts");
console.log(process.argv[2], parse("a = 1").a, note, lazy);
`,
  );
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test("the program starts by itself: text files and packages inside, lazy chunks beside", () => {
  expect(build()).toMatchObject({ status: 0, stderr: "" });
  expect(execFileSync(join(root, "dist/main.js"), ["word"], { encoding: "utf8" })).toBe(
    "word 1 a *note* loaded later\n",
  );
  expect(readFileSync(join(root, "dist/main.js"), "utf8").startsWith("#!/usr/bin/env node\n")).toBe(true);
  expect(readdirSync(join(root, "dist/chunks")).filter((name) => name.startsWith("lazy-"))).toHaveLength(1);
  expect(readFileSync(join(root, "dist/THIRD_PARTY_LICENSES"), "utf8")).toMatch(
    /^smol-toml \S+ \(BSD-3-Clause\)$/m,
  );
});

test("a failing build says where and leaves the program as it was", () => {
  build();
  const before = snapshot();
  write("src/lazy.ts", "export const lazy = ;\n");
  const { status, stderr } = build();
  expect({ status, place: /src\/lazy\.ts:1:\d+/.test(stderr) }).toEqual({ status: 1, place: true });
  expect(snapshot()).toEqual(before);
});

test("a .wasm file is copied as it is, found from the chunk that imports it, and its licence is told", () => {
  write(
    "src/lazy.ts",
    `import { readFileSync } from "node:fs";
import path from "tree-sitter-bash/tree-sitter-bash.wasm";
export const lazy = readFileSync(new URL(path, import.meta.url)).length;
`,
  );
  build();
  const source = readFileSync(join(repository, "node_modules/tree-sitter-bash/tree-sitter-bash.wasm"));
  expect(execFileSync(join(root, "dist/main.js"), ["word"], { encoding: "utf8" })).toBe(
    `word 1 a *note* ${source.length}\n`,
  );
  const copies = readdirSync(join(root, "dist/chunks")).filter((name) => name.endsWith(".wasm"));
  expect(copies.map((name) => readFileSync(join(root, "dist/chunks", name)).equals(source))).toEqual([true]);
  expect(readFileSync(join(root, "dist/THIRD_PARTY_LICENSES"), "utf8")).toMatch(
    /^tree-sitter-bash \S+ \(MIT\)$/m,
  );
});

test("a built-in module that a package loads when it is needed is no chunk", () => {
  write(
    "src/lazy.ts",
    `const { builtinModules } = await import("module");\nexport const lazy = builtinModules.includes("fs");\n`,
  );
  build();
  expect(execFileSync(join(root, "dist/main.js"), ["word"], { encoding: "utf8" })).toBe(
    "word 1 a *note* true\n",
  );
});

test("files that did not change are not written again", () => {
  build();
  const before = snapshot();
  build();
  expect(snapshot()).toEqual(before);
});

test("a chunk that a running program may still load stays, unless a clean build is asked for", () => {
  build();
  const [old = ""] = readdirSync(join(root, "dist/chunks")).filter((name) => name.startsWith("lazy-"));
  write("src/lazy.ts", `export const lazy = "changed";\n`);
  build();
  expect(readdirSync(join(root, "dist/chunks"))).toContain(old);
  build("--clean");
  expect(readdirSync(join(root, "dist/chunks"))).not.toContain(old);
});

function build(...flags: string[]) {
  const script = join(repository, "scripts/build.mjs");
  return spawnSync(process.execPath, [script, ...flags, root], { encoding: "utf8" });
}

function write(path: string, text: string): void {
  writeFileSync(join(root, path), text);
}

/** Name, inode and time of writing of each file. */
function snapshot(): [string, number, number][] {
  const names = readdirSync(join(root, "dist"), { recursive: true, encoding: "utf8" }).sort();
  return names.map((name) => {
    const { ino, mtimeMs } = statSync(join(root, "dist", name));
    return [name, ino, mtimeMs];
  });
}
