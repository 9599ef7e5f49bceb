import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Marks an id as ours: one with a path in it would be taken for a file, and one of a package be left to Node. */
const WASM = "\0wasm ";

const PURE = ["test/wire/**/*.test.ts", "test/config/**/*.test.ts"];

export default defineConfig({
  plugins: [
    {
      name: "files-as-text",
      transform(code, id) {
        return /\.(?:md|pl)$/.test(id)
          ? { code: `export default ${JSON.stringify(code)};`, map: null }
          : null;
      },
    },
    {
      // As esbuild's loader does it: the import of a .wasm file is the place where it lies.
      name: "wasm-as-path",
      enforce: "pre",
      resolveId(id) {
        return id.endsWith(".wasm") ? `${WASM}${id.replaceAll("/", " ")}` : null;
      },
      load(id) {
        const name = id.startsWith(WASM) ? id.slice(WASM.length).replaceAll(" ", "/") : undefined;
        return name === undefined ? null : `export default ${JSON.stringify(import.meta.resolve(name))};`;
      },
    },
  ],
  test: {
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Most of the time goes into waiting for programs, so two files at a time pay even on two cores.
    maxWorkers: Math.max(2, availableParallelism()),
    pool: "forks",
    reporters: ["default", "./scripts/closing-line-reporter.mjs"],
    projects: [
      // Pure functions: a process for each file would only load the same modules a hundred times.
      { extends: true, test: { name: "pure", include: PURE, isolate: false } },
      // These start programs, send signals and change directories: each file gets a process of its own.
      { extends: true, test: { name: "program", include: ["test/**/*.test.ts"], exclude: PURE } },
    ],
  },
});
