import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { untilAborted } from "../../src/tools/until-aborted.ts";
import { call, exited, makeContext, makeFolder, readTree, realSandbox, scriptedSandbox } from "./support.ts";

const patch = (...lines: string[]) => ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");
const calls: [string, Record<string, unknown>][] = [
  ["read_file", { path: "a.txt" }],
  ["read_file", { path: "." }],
  ["edit_file", { path: "a.txt", old_text: "x", new_text: "y" }],
  ["write_file", { path: "a.txt", content: "y" }],
  ["write_file", { path: "new.txt", content: "y" }],
  ["apply_patch", { input: patch("*** Update File: a.txt", "-x", "+y") }],
  ["shell", { command: "echo y > a.txt" }],
];

describe("an interrupt", () => {
  test.each(calls)("before %s %j", async (name, args) => {
    const cwd = makeFolder({ "a.txt": "x\n" });
    const { sandbox, commands } = scriptedSandbox(exited(""));
    const result = await call(name, args, makeContext(cwd, { sandbox, signal: AbortSignal.abort() }));
    expect({ result, tree: readTree(cwd), commands }).toEqual({
      result: { output: "[interrupted by the user]", outcome: { kind: "aborted" } },
      tree: { "a.txt": "x\n" },
      commands: [],
    });
  });

  test.each(calls)("while the disk is asked, %s %j", async (name, args) => {
    const cwd = makeFolder({ "a.txt": "x\n" });
    const { sandbox, commands } = scriptedSandbox(exited(""));
    const controller = new AbortController();
    const running = call(name, args, makeContext(cwd, { sandbox, signal: controller.signal }));
    controller.abort();
    expect({ result: await running, tree: readTree(cwd), commands }).toEqual({
      result: { output: "[interrupted by the user]", outcome: { kind: "aborted" } },
      tree: { "a.txt": "x\n" },
      commands: [],
    });
  });

  test("does not wait for what never ends", async () => {
    const controller = new AbortController();
    const waiting = untilAborted(new Promise(() => {}), controller.signal);
    controller.abort();
    expect(await waiting).toBeUndefined();
    expect(await untilAborted(new Promise(() => {}), controller.signal)).toBeUndefined();
    expect(await untilAborted(Promise.resolve(1), new AbortController().signal)).toBe(1);
  });
});

describe("a file with keys", () => {
  const verification = "apply_patch verification failed: ";
  const update = (path: string) => patch(`*** Update File: ${path}`, "-KEY", "+y");
  test.each<[string, Record<string, unknown>, string]>([
    ["read_file", { path: "home/auth.json" }, "home/auth.json was not read: it holds keys"],
    ["read_file", { path: "link" }, "link was not read: it holds keys"],
    ["edit_file", { path: "link", old_text: "K", new_text: "x" }, "link was not read: it holds keys"],
    [
      "write_file",
      { path: "home/auth.json", content: "" },
      "not written: home/auth.json was not read: it holds keys",
    ],
    [
      "write_file",
      { path: "home/later.json", content: "" },
      "not written: home/later.json was not read: it holds keys",
    ],
    [
      "apply_patch",
      { input: update("link") },
      `${verification}Failed to read file to update link: not read: it holds keys`,
    ],
    [
      "apply_patch",
      { input: patch("*** Delete File: home/auth.json") },
      `${verification}Failed to delete file home/auth.json`,
    ],
    [
      "apply_patch",
      { input: patch("*** Update File: a.txt", "*** Move to: home/auth.json", "-x", "+y") },
      `${verification}Failed to write file home/auth.json: not read: it holds keys`,
    ],
  ])("%s %j", async (name, args, message) => {
    const cwd = makeFolder({ "home/auth.json": "KEY\n", "a.txt": "x\n" });
    symlinkSync("home/auth.json", join(cwd, "link"));
    const hiddenFiles = [join(cwd, "home/auth.json"), join(cwd, "home/later.json")];
    const sandbox = realSandbox(cwd, { mode: "danger-full-access" }, { hiddenFiles });
    const before = readTree(cwd);
    expect(await call(name, args, makeContext(cwd, { sandbox }))).toEqual({
      output: message,
      outcome: { kind: "failed", message },
    });
    expect(readTree(cwd)).toEqual(before);
  });

  test.skipIf(process.platform !== "linux")("our own environment (Linux)", async () => {
    const { output } = await call("read_file", { path: "/proc/self/environ" }, makeContext("/work"));
    expect(output).toBe("/proc/self/environ was not read: it holds keys");
  });
});
