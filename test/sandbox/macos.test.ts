import { describe, expect, test } from "vitest";
import { seatbeltCommand, seatbeltProfile } from "../../src/sandbox/macos.ts";

const NOTHING = {
  networkAccess: false,
  writableRoots: [],
  protectedPaths: [],
  hiddenFiles: [],
  hiddenFolders: [],
};

describe("seatbelt", () => {
  test("command line: paths are parameters, never profile text", () => {
    const facts = {
      networkAccess: false,
      writableRoots: ["/private/tmp", '/private/tmp/a")(allow default)'],
      protectedPaths: ["/private/tmp/main/.git"],
      hiddenFiles: ["/Users/u/.codex/auth.json"],
      hiddenFolders: ["/Users/u/.ssh"],
    };
    const command = seatbeltCommand(facts, ["/bin/ls", "-l"]);
    expect(command.slice(0, 2)).toEqual(["/usr/bin/sandbox-exec", "-p"]);
    expect(command[2]).not.toContain("allow default");
    expect(command.slice(3)).toEqual([
      "-DWRITABLE_ROOT_0=/private/tmp",
      "-DWRITABLE_ROOT_0_EXCEPT_0=/private/tmp/.git",
      "-DWRITABLE_ROOT_0_EXCEPT_1=/private/tmp/.codex",
      '-DWRITABLE_ROOT_0_EXCEPT_2=/private/tmp/a")(allow default)/.git',
      '-DWRITABLE_ROOT_0_EXCEPT_3=/private/tmp/a")(allow default)/.codex',
      "-DWRITABLE_ROOT_0_EXCEPT_4=/private/tmp/main/.git",
      '-DWRITABLE_ROOT_1=/private/tmp/a")(allow default)',
      '-DWRITABLE_ROOT_1_EXCEPT_0=/private/tmp/a")(allow default)/.git',
      '-DWRITABLE_ROOT_1_EXCEPT_1=/private/tmp/a")(allow default)/.codex',
      "-DHIDDEN_FILE_0=/Users/u/.codex/auth.json",
      "-DHIDDEN_FILE_1=/Users/u/.ssh",
      "--",
      "/bin/ls",
      "-l",
    ]);
  });

  test("write rules", () => {
    const profile = seatbeltProfile({ ...NOTHING, writableRoots: ["/w"] });
    expect(profile.slice(profile.lastIndexOf("(allow file-write*"))).toBe(
      `(allow file-write*
  (require-all
    (subpath (param "WRITABLE_ROOT_0"))
    (require-not (subpath (param "WRITABLE_ROOT_0_EXCEPT_0")))
    (require-not (subpath (param "WRITABLE_ROOT_0_EXCEPT_1")))))`,
    );
  });

  test("files with secrets: denied after all that is allowed", () => {
    const facts = {
      networkAccess: true,
      writableRoots: ["/w"],
      protectedPaths: [],
      hiddenFiles: ["/a"],
      hiddenFolders: ["/b"],
    };
    expect(seatbeltProfile(facts).split("\n").slice(-2)).toEqual([
      '(deny file-read* file-write* (literal (param "HIDDEN_FILE_0")))',
      '(deny file-read* file-write* (subpath (param "HIDDEN_FILE_1")))',
    ]);
  });

  test.each([
    { name: "read-only: denied by default, no root, no network", facts: NOTHING, roots: 0, network: false },
    { name: "network", facts: { ...NOTHING, networkAccess: true }, roots: 0, network: true },
    { name: "one root", facts: { ...NOTHING, writableRoots: ["/w"] }, roots: 1, network: false },
  ])("$name", ({ facts, roots, network }) => {
    const profile = seatbeltProfile(facts);
    expect(profile.startsWith("(version 1)\n(deny default)\n")).toBe(true);
    expect(profile.match(/\(subpath \(param "WRITABLE_ROOT_\d+"\)\)/g)?.length ?? 0).toBe(roots);
    expect(profile.includes("(allow network*)")).toBe(network);
    expect(profile.split("(").length).toBe(profile.split(")").length);
  });
});
