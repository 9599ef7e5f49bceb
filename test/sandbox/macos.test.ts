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
    (require-not (regex #"^/[wW]/[.][gG][iI][tT](/|$)"))
    (require-not (subpath (param "WRITABLE_ROOT_0_EXCEPT_1")))
    (require-not (regex #"^/[wW]/[.][cC][oO][dD][eE][xX](/|$)"))))`,
    );
  });

  test("files with secrets: denied after all that is allowed", () => {
    const facts = {
      networkAccess: true,
      writableRoots: ["/w"],
      protectedPaths: [],
      hiddenFiles: ["/a", "/b"],
      hiddenFolders: ["/c"],
    };
    expect(seatbeltProfile(facts).split("\n").slice(-3)).toEqual([
      '(deny file-read* file-write* (literal (param "HIDDEN_FILE_0")))',
      '(deny file-read* file-write* (literal (param "HIDDEN_FILE_1")))',
      '(deny file-read* file-write* (subpath (param "HIDDEN_FILE_2")))',
    ]);
  });

  test("names in any case: a path brings letters, digits, dots and slashes into a pattern, nothing else", () => {
    const path = '/w/a b")(allow default)[^]*\\é/.git';
    const profile = seatbeltProfile({ ...NOTHING, writableRoots: ["/w"], protectedPaths: [path] });
    const pattern =
      profile
        .split("\n")
        .at(-1)
        ?.match(/#"(.*)"\)\)\)\)$/)?.[1] ?? "";
    expect(pattern).toMatch(/^\^(?:\[[a-z][A-Z]\]|\[\.\]|[0-9/]|\.\+)+\(\/\|\$\)$/);
    const expression = new RegExp(pattern);
    for (const meant of [path, path.toUpperCase(), `${path}/hooks`]) {
      expect(expression.test(meant)).toBe(true);
    }
    for (const other of ["/w/a", `${path}hub`, `/v${path}`]) {
      expect(expression.test(other)).toBe(false);
    }
  });

  test("with network: sockets in the file system only where one works, control sockets not even there", () => {
    const profile = seatbeltProfile({ ...NOTHING, networkAccess: true, writableRoots: ["/w"] });
    const rules = profile.slice(profile.indexOf("(deny network-outbound")).split("\n");
    expect(rules).toEqual([
      "(deny network-outbound (remote unix-socket))",
      '(allow network-outbound (remote unix-socket (literal "/private/var/run/mDNSResponder")))',
      '(allow network-outbound (remote unix-socket (subpath (param "WRITABLE_ROOT_0"))))',
      "(deny network-outbound",
      '  (remote unix-socket (regex #"^/private/tmp/(tmux-|ssh-|com[.]apple[.]launchd[.]|[.]X11-unix/)")))',
    ]);
  });

  test("the kernel does not tell the environment of other processes", () => {
    const profile = seatbeltProfile(NOTHING);
    expect(profile).not.toContain("(allow sysctl-read)");
    const prefixes = [...profile.matchAll(/sysctl-name(?:-prefix)? "([^"]+)"/g)].map(([, name = ""]) => name);
    expect(prefixes.filter((prefix) => "kern.procargs2".startsWith(prefix))).toEqual([]);
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
