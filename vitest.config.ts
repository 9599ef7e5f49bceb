import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

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
