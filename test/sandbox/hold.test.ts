import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { holdProtected } from "../../src/sandbox/hold.ts";
import { temporaryFolder } from "./support.ts";

describe.skipIf(process.platform !== "linux")("a protected link (Linux)", () => {
  let folder: { path: string; remove(): void };
  beforeEach(() => {
    folder = temporaryFolder();
    mkdirSync(at("work/sub"), { recursive: true });
    mkdirSync(at("victim/.git"), { recursive: true });
    symlinkSync("../evil", at("work/sub/.git"));
  });
  afterEach(() => folder.remove());
  const at = (path: string) => join(folder.path, path);
  const hold = () => holdProtected({ missingPaths: [], protectedLinks: [at("work/sub/.git")] });

  test("is put back, and what came in its place moved aside", () => {
    const { release } = hold();
    rmSync(at("work/sub/.git"));
    mkdirSync(at("work/sub/.git"));
    writeFileSync(at("work/sub/.git/config"), "x");
    release();
    expect(readlinkSync(at("work/sub/.git"))).toBe("../evil");
    expect(readdirSync(at("work/sub")).filter((name) => name.startsWith(".git.replaced-"))).toHaveLength(1);
  });

  test("is not put into a folder that its own was replaced by", () => {
    const { release } = hold();
    renameSync(at("work/sub"), at("work/moved"));
    rmSync(at("work/moved/.git"));
    symlinkSync(at("victim"), at("work/sub"));
    release();
    expect(lstatSync(at("victim/.git")).isDirectory()).toBe(true);
    expect(readdirSync(at("victim"))).toEqual([".git"]);
    // In its own folder, wherever that is now.
    expect(readlinkSync(at("work/moved/.git"))).toBe("../evil");
  });

  test("of a folder that is gone stays gone", () => {
    const { release } = hold();
    rmSync(at("work/sub"), { recursive: true });
    release();
    expect(existsSync(at("work/sub"))).toBe(false);
  });
});
