import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sandboxFor, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const at = (path: string) => join(folder.path, path);

beforeAll(() => {
  mkdirSync(at("home"));
  mkdirSync(at("work"));
  for (const name of ["home/auth.json", "home/config.toml", "elsewhere"]) {
    writeFileSync(at(name), name);
  }
  symlinkSync("../elsewhere", at("home/linked.json"));
  symlinkSync("home", at("home-link"));
  symlinkSync("../home/auth.json", at("work/link"));
  symlinkSync("../home/missing.json", at("work/dangling"));
  linkSync(at("home/auth.json"), at("work/hard"));
});
afterAll(() => folder.remove());

describe("isHidden", () => {
  test.each([
    ["home/auth.json", true],
    ["home/../home/./auth.json", true],
    ["home-link/auth.json", true],
    ["work/link", true],
    ["work/hard", true],
    // The one that is hidden is a link, and what it leads to is.
    ["home/linked.json", true],
    ["elsewhere", true],
    // Not there yet: it must not be made either.
    ["home/missing.json", true],
    ["work/dangling", true],
    ["home", false],
    ["home/config.toml", false],
    ["work/auth.json", false],
  ])("%s: %s", (path, expected) => {
    const hiddenFiles = ["home-link/auth.json", "home/linked.json", "home/missing.json"].map(at);
    for (const mode of ["read-only", "danger-full-access"] as const) {
      expect(sandboxFor(at("work"), { policy: { mode }, hiddenFiles }).isHidden(at(path))).toBe(expected);
    }
  });

  test.skipIf(process.platform !== "linux").each([
    ["/proc/self/environ", true],
    ["/proc/1/environ", true],
    ["/proc/thread-self/environ", true],
    [`/proc/self/task/${process.pid}/environ`, true],
    ["/proc/self/root/proc/self/environ", true],
    ["/proc/self/mem", true],
    ["/proc/self/status", false],
    ["/proc/meminfo", false],
  ])("what a process holds, %s: %s (Linux)", (path, expected) => {
    expect(sandboxFor(at("work")).isHidden(path)).toBe(expected);
  });
});
