import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { holdPlaceholder } from "../../src/sandbox/placeholder.ts";
import { temporaryFolder } from "./support.ts";

let folder: { path: string; remove(): void };
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, ".git");
});
afterEach(() => folder.remove());

describe("holdPlaceholder", () => {
  test("there while held, gone after, nothing beside it", () => {
    const placeholder = holdPlaceholder(path);
    expect(readdirSync(folder.path)).toEqual([".git"]);
    placeholder?.release();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("two holders: it goes with the last one", () => {
    const [first, second] = [holdPlaceholder(path), holdPlaceholder(path)];
    first?.release();
    expect(readdirSync(folder.path)).toEqual([".git"]);
    second?.release();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("what the user makes of it meanwhile stays", () => {
    const placeholder = holdPlaceholder(path);
    writeFileSync(join(path, "HEAD"), "ref: refs/heads/main\n");
    placeholder?.release();
    expect(readdirSync(path)).toEqual(["HEAD"]);
  });

  test("the leavings of a process that died are swept", () => {
    mkdirSync(path);
    writeFileSync(join(path, ".leat-4194305-1"), "");
    holdPlaceholder(path)?.release();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test.each<{ name: string; make: () => void }>([
    { name: "an empty folder", make: () => mkdirSync(path) },
    { name: "a file", make: () => writeFileSync(path, "gitdir: elsewhere\n") },
    {
      name: "a folder with content beside a marker",
      make: () => {
        mkdirSync(path);
        writeFileSync(join(path, ".leat-4194305-1"), "");
        writeFileSync(join(path, "config"), "");
      },
    },
  ])("$name of the user's is left alone", ({ make }) => {
    make();
    expect(holdPlaceholder(path)).toBeUndefined();
    expect(readdirSync(folder.path)).toEqual([".git"]);
  });
});
