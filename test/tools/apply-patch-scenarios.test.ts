import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { call, makeContext, makeFolder, readTree } from "./support.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/apply-patch");
const names = readdirSync(fixtures).filter((name) => /^\d/.test(name));

describe("apply_patch scenarios", () => {
  test("there are some", () => expect(names.length).toBeGreaterThan(30));

  test.each(names)("%s", async (name) => {
    const source = join(fixtures, name);
    const cwd = makeFolder();
    if (existsSync(join(source, "input"))) {
      cpSync(join(source, "input"), cwd, { recursive: true });
    }
    const patch = readFileSync(join(source, "patch.txt"), "utf8");

    const result = await call("apply_patch", { input: patch }, makeContext(cwd));

    const expected = join(source, "expected");
    expect(readTree(cwd)).toEqual(existsSync(expected) ? readTree(expected) : {});
    expect(result.outcome.kind).toBe(name.includes("_fails_") ? "failed" : "files-changed");
  });
});
