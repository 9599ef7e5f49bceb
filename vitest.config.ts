import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      name: "markdown-as-text",
      transform(code, id) {
        return id.endsWith(".md") ? { code: `export default ${JSON.stringify(code)};`, map: null } : null;
      },
    },
  ],
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Tests start programs, send signals and change directories: each file gets a process of its own.
    pool: "forks",
    // Most of the time goes into waiting for those programs, so two files at a time pay even on two cores.
    maxWorkers: Math.max(2, availableParallelism()),
    reporters: ["default", "./scripts/closing-line-reporter.mjs"],
  },
});
