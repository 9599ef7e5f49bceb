import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runUnconfined } from "../sandbox/index.ts";

/** Where the demo's mistake is; the practice model has to find it by itself. */
export const BROKEN_FILE = "src/median.js";

const FILES: Readonly<Record<string, string>> = {
  "package.json": `${JSON.stringify({ name: "leat-demo", type: "module", scripts: { test: "node --test" } }, null, 2)}\n`,
  "AGENTS.md": "# Demo project\n\nRun the tests with `npm test`. Keep changes small.\n",
  // The default order of sort() is that of text, where 10 comes before 9.
  [BROKEN_FILE]: `/** The middle value of a list of numbers; the mean of the two middle ones where the list is even. */
export function median(numbers) {
  const sorted = [...numbers].sort();
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
`,
  "test/median.test.js": `import assert from "node:assert/strict";
import { test } from "node:test";
import { median } from "../src/median.js";

test("the middle of three", () => assert.equal(median([3, 1, 2]), 2));
test("the middle of numbers with more digits", () => assert.equal(median([2, 10, 9]), 9));
test("the mean of the two middle ones", () => assert.equal(median([1, 2, 30, 4]), 3));
`,
};

/** Writes a small project with one failing test. */
export function writeDemoProject(directory: string): void {
  for (const [name, text] of Object.entries(FILES)) {
    const path = join(directory, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
  }
}

/** Makes it a repository with one commit; false where git is missing, and then it stays a folder. */
export async function commitDemoProject(
  directory: string,
  options: { readonly env: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<boolean> {
  const identity = [
    "-c",
    "user.name=leat demo",
    "-c",
    "user.email=demo@localhost",
    "-c",
    "commit.gpgsign=false",
  ];
  const steps = [
    ["git", "init", "-q"],
    ["git", "add", "-A"],
    ["git", ...identity, "commit", "-q", "--no-verify", "-m", "A project with a failing test"],
  ];
  for (const argv of steps) {
    const end = await runUnconfined(argv, { cwd: directory, ...options, timeoutMs: 20_000 });
    if (end.kind !== "exited" || end.exitCode !== 0) {
      return false;
    }
  }
  return true;
}
