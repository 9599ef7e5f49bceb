import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolveHome } from "../../src/home/index.ts";
import { temporaryFolder } from "./support.ts";

test.each([
  ["not set", {}],
  ["empty", { CODEX_HOME: "" }],
])("CODEX_HOME %s: ~/.codex, whether it exists or not", (_name, env) => {
  expect(resolveHome(env, "/nowhere/u")).toEqual({ ok: true, path: "/nowhere/u/.codex" });
});

test("CODEX_HOME is followed to the real directory", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "real"));
  symlinkSync(join(folder, "real"), join(folder, "link"));
  expect(resolveHome({ CODEX_HOME: join(folder, "link") }, "/nowhere/u")).toEqual({
    ok: true,
    path: join(folder, "real"),
  });
});

test.each(["missing", "file"])("CODEX_HOME that is no directory: %s", (name) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  const path = join(folder, name);
  expect(resolveHome({ CODEX_HOME: path }, "/nowhere/u")).toEqual({
    ok: false,
    error: { kind: "config", problem: { type: "home_missing", path }, source: "CODEX_HOME" },
  });
});
