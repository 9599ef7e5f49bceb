import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runApplyPatch } from "../../src/cli/apply-patch.ts";
import { call, makeContext, makeFolder, readTree } from "./support.ts";

/**
 * `patch.txt` on the files of `input/`. `expected/` is what the agent makes of it; `standalone.json` how the tool on
 * its own ends, with the files that are different then (null: not there).
 */
interface Standalone {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly files?: Readonly<Record<string, string | null>>;
}

const fixtures = join(import.meta.dirname, "../../fixtures/apply-patch");
const names = readdirSync(fixtures).filter((name) => /^\d/.test(name));
const isUpdating = process.env["UPDATE_PATCHES"] === "1";

describe("apply_patch scenarios", () => {
  test("there are some", () => expect(names.length).toBeGreaterThan(60));

  test.each(names)("%s", async (name) => {
    const { cwd, patch, expected } = open(name);
    const result = await call("apply_patch", { input: patch }, makeContext(cwd));
    expect(readTree(cwd)).toEqual(expected);
    expect(result.outcome.kind).toBe(name.includes("_fails_") ? "failed" : "files-changed");
  });
});

describe("the same with the tool on its own", () => {
  test.each(names)("%s", async (name) => {
    const { cwd, patch, expected, source } = open(name);
    const output = { stdout: "", stderr: "" };
    const exitCode = await runApplyPatch([patch], {
      cwd,
      stdin: () => process.stdin,
      stdout: { write: (text) => (output.stdout += String(text)) },
      stderr: { write: (text) => (output.stderr += String(text)) },
    });

    const path = join(source, "standalone.json");
    const tree = readTree(cwd);
    if (isUpdating) {
      const files = differences(expected, tree);
      const value = { exitCode, ...output, ...(Object.keys(files).length === 0 ? {} : { files }) };
      writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
    }
    const wanted: Standalone = JSON.parse(readFileSync(path, "utf8"));
    expect({ exitCode, ...output, files: differences(expected, tree) }).toEqual({ files: {}, ...wanted });
  });
});

function open(name: string) {
  const source = join(fixtures, name);
  const cwd = makeFolder();
  if (existsSync(join(source, "input"))) {
    cpSync(join(source, "input"), cwd, { recursive: true });
  }
  const expected = join(source, "expected");
  return {
    source,
    cwd,
    patch: readFileSync(join(source, "patch.txt"), "utf8"),
    expected: existsSync(expected) ? readTree(expected) : {},
  };
}

function differences(
  expected: Record<string, string>,
  tree: Record<string, string>,
): Record<string, string | null> {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(tree)])].sort();
  return Object.fromEntries(
    names.filter((name) => expected[name] !== tree[name]).map((name) => [name, tree[name] ?? null]),
  );
}
