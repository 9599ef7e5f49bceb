import { describe, expect, test } from "vitest";
import {
  bubblewrapCommand,
  failsToDisableUserNamespaces,
  type LinuxFacts,
  readStatus,
  variableArguments,
} from "../../src/sandbox/linux.ts";

const READ_ONLY: LinuxFacts = {
  program: "/usr/bin/bwrap",
  variablesFd: 4,
  filterFd: 5,
  canDisableUserNamespaces: true,
  networkAccess: false,
  cwd: "/w",
  writableRoots: [],
  protectedPaths: [],
  emptyFolders: ["/run"],
  hiddenFiles: [],
  maskedFiles: [],
  kernelPaths: [],
  visiblePaths: [],
};
const START =
  "/usr/bin/bwrap --args 4 --unshare-user --disable-userns --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try --unshare-net " +
  "--cap-drop ALL --new-session --die-with-parent --json-status-fd 3 --seccomp 5";
const BASE = "--ro-bind / / --dev /dev --proc /proc --remount-ro /proc";
const END = "--chdir /w -- true";

describe("bubblewrapCommand", () => {
  test.each<{ name: string; facts: Partial<LinuxFacts>; expected: string }>([
    { name: "read-only", facts: {}, expected: `${START} ${BASE} --tmpfs /run --remount-ro /run ${END}` },
    {
      name: "network, and no way to disable user namespaces",
      facts: {
        networkAccess: true,
        canDisableUserNamespaces: false,
        visiblePaths: ["/run/systemd/resolve/stub-resolv.conf"],
      },
      expected:
        "/usr/bin/bwrap --args 4 --unshare-user-try --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try --cap-drop ALL " +
        `--new-session --die-with-parent --json-status-fd 3 --seccomp 5 ${BASE} --tmpfs /run ` +
        "--ro-bind /run/systemd/resolve/stub-resolv.conf /run/systemd/resolve/stub-resolv.conf " +
        `--remount-ro /run ${END}`,
    },
    {
      name: "a workspace under /tmp: outer mounts first, the folders between pinned",
      facts: {
        writableRoots: ["/tmp/a/b/w", "/tmp"],
        protectedPaths: ["/tmp/a/b/w/.git"],
        emptyFolders: ["/run", "/tmp/a/b/w/.codex"],
        maskedFiles: ["/tmp/agent.1"],
      },
      expected:
        `${START} ${BASE} --bind /tmp /tmp --tmpfs /run --ro-bind /dev/null /tmp/agent.1 --bind /tmp/a /tmp/a ` +
        "--bind /tmp/a/b /tmp/a/b --bind /tmp/a/b/w /tmp/a/b/w --tmpfs /tmp/a/b/w/.codex " +
        "--ro-bind /tmp/a/b/w/.git /tmp/a/b/w/.git --remount-ro /run --remount-ro /tmp/a/b/w/.codex " +
        END,
    },
    {
      name: "a root named inside a protected folder; nothing between them is opened",
      facts: {
        writableRoots: ["/w", "/w/.git/a/b"],
        protectedPaths: ["/w/.git", "/w/.git/a/b"],
        emptyFolders: [],
      },
      expected: `${START} ${BASE} --bind /w /w --ro-bind /w/.git /w/.git --bind /w/.git/a/b /w/.git/a/b ${END}`,
    },
    {
      name: "a hidden file: the folders around it pinned, and hidden also where it is named as a root",
      facts: {
        writableRoots: ["/w", "/k/auth.json"],
        emptyFolders: [],
        hiddenFiles: ["/w/home/auth.json", "/k/auth.json"],
      },
      expected:
        `${START} ${BASE} --bind /w /w --ro-bind /dev/null /k/auth.json --bind /w/home /w/home ` +
        `--ro-bind /dev/null /w/home/auth.json ${END}`,
    },
    {
      name: "the whole disk as root keeps /proc and /dev private",
      facts: { writableRoots: ["/"], protectedPaths: ["/.git"], emptyFolders: [] },
      expected: `${START} ${BASE.replace("--ro-bind / /", "--bind / /")} --ro-bind /.git /.git ${END}`,
    },
  ])("$name", ({ facts, expected }) => {
    expect(bubblewrapCommand({ ...READ_ONLY, ...facts }, ["true"]).join(" ")).toBe(expected);
  });
});

test("variableArguments: none of them can pass for an option", () => {
  const variables = { A: "1 2", "B=C": "x", "": "x", D: "x\0--bind\0/\0/", "E\0F": "x", BASH_FUNC_x: "" };
  expect(Buffer.from(variableArguments(variables)).toString()).toBe(
    "--setenv\0A\x001 2\0--setenv\0BASH_FUNC_x\0\0",
  );
});

test.each([
  ["", {}],
  ['{ "child-pid": 42, "ipc-namespace": 1 }\n', { childPid: 42 }],
  ['{ "child-pid": 42 }\n{ "exit-code": 0 }\n', { childPid: 42, exitCode: 0 }],
])("readStatus %j", (text, expected) => {
  expect(readStatus(text)).toEqual(expected);
});

test.each([
  ["bwrap: Unknown option --disable-userns", true],
  ["bwrap: cannot open /proc/sys/user/max_user_namespaces: Read-only file system", true],
  ["bwrap: setting up uid map: Permission denied", false],
])("failsToDisableUserNamespaces %j: %s", (message, expected) => {
  expect(failsToDisableUserNamespaces(message)).toBe(expected);
});
