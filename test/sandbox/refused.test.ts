import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ENVIRONMENT, runScript, sandboxFor, temporaryFolder, writeExecutable } from "./support.ts";

const folder = temporaryFolder();
const programs = temporaryFolder();
afterAll(() => {
  folder.remove();
  programs.remove();
});

describe("no sandbox that works", () => {
  const policy = { mode: "read-only" } as const;

  test.each<{ name: string; platform: NodeJS.Platform; problem: string }>([
    { name: "bubblewrap is not in PATH", platform: "linux", problem: "missing" },
    { name: "Windows", platform: "win32", problem: "unsupported_platform" },
  ])("$name: nothing is run", async ({ platform, problem }) => {
    const sandbox = sandboxFor(folder.path, { policy, platform, path: join(folder.path, "empty") });
    const error = { kind: "sandbox", problem };
    expect(sandbox.missing).toEqual(error);
    expect(await sandbox.check()).toEqual(error);
    expect(await runScript(sandbox, "touch ran", { cwd: folder.path })).toEqual({ kind: "refused", error });
    expect(existsSync(join(folder.path, "ran"))).toBe(false);
  });

  test("without confinement none is missed", async () => {
    const sandbox = sandboxFor(folder.path, {
      policy: { mode: "danger-full-access" },
      platform: "linux",
      path: "/nonexistent",
    });
    expect([sandbox.missing, await sandbox.check()]).toEqual([undefined, undefined]);
  });

  test.each([
    { name: "where a command could have written it", options: {} },
    { name: "where a project could have brought it along", options: { policy } },
  ])("a bwrap $name is passed over", ({ options }) => {
    writeExecutable(join(folder.path, "bwrap"), "#!/bin/sh\nexit 0\n");
    const sandbox = sandboxFor(folder.path, { platform: "linux", path: `${folder.path}:.`, ...options });
    expect(sandbox.missing).toEqual({ kind: "sandbox", problem: "missing" });
  });

  test("a bwrap of the user's own, where the home is what one works in and nothing is written", () => {
    writeExecutable(join(folder.path, "bwrap"), "#!/bin/sh\nexit 0\n");
    const environment = { ...ENVIRONMENT, HOME: folder.path };
    const sandbox = sandboxFor(folder.path, { policy, platform: "linux", path: folder.path, environment });
    expect(sandbox.missing).toBeUndefined();
  });
});

describe("a bubblewrap that does not start", () => {
  test("its words are the detail, not command output", async () => {
    writeExecutable(
      join(programs.path, "bwrap"),
      "#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n",
    );
    const sandbox = sandboxFor(folder.path, { platform: "linux", path: programs.path });
    const error = {
      kind: "sandbox",
      problem: "does_not_start",
      detail: "bwrap: setting up uid map: Permission denied",
    };
    const heard: string[] = [];
    expect(sandbox.missing).toBeUndefined();
    expect(
      await runScript(sandbox, "true", { cwd: folder.path, onOutput: (text) => heard.push(text) }),
    ).toEqual({ kind: "refused", error });
    expect(await sandbox.check()).toEqual(error);
    expect(heard).toEqual([]);
  });

  test("a command that speaks like bubblewrap is heard all the same", async () => {
    writeExecutable(
      join(programs.path, "bwrap"),
      `#!/bin/bash
while [ "$1" != -- ]; do shift; done
shift
"$@" 3>&-
echo '{ "exit-code": 0 }' >&3
`,
    );
    const sandbox = sandboxFor(folder.path, { platform: "linux", path: programs.path });
    for (const text of ["bwrap: so it says\n", "bw", "bwr\nmore\n"]) {
      const heard: string[] = [];
      const end = await runScript(sandbox, `printf '${text.replaceAll("\n", "\\n")}'`, {
        cwd: folder.path,
        onOutput: (more) => heard.push(more),
      });
      expect([end.kind === "exited" && end.output.text, heard.join("")]).toEqual([text, text]);
    }
  });

  test("a socket that goes before it is covered: tried again, the command runs once", async () => {
    const socket = join(folder.path, "agent.sock");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    writeExecutable(
      join(programs.path, "bwrap"),
      `#!/bin/bash
[ -S ${socket} ] && { rm ${socket}; echo "bwrap: Can't create file at ${socket}: Read-only file system" >&2; exit 1; }
while [ "$1" != -- ]; do shift; done
shift
"$@" 3>&-
echo '{ "exit-code": 0 }' >&3
`,
    );
    const environment = { ...ENVIRONMENT, SSH_AUTH_SOCK: socket };
    const sandbox = sandboxFor(folder.path, { platform: "linux", path: programs.path, environment });
    expect(await runScript(sandbox, "echo once", { cwd: folder.path })).toMatchObject({
      kind: "exited",
      exitCode: 0,
      output: { text: "once\n" },
    });
    server.close();
  });

  test("one before 0.8.0 is used without --disable-userns, asked only once", async () => {
    writeExecutable(
      join(programs.path, "bwrap"),
      `#!/bin/bash
echo call >> ${programs.path}/calls
for word; do
  [ "$word" = --disable-userns ] && { echo "bwrap: Unknown option --disable-userns" >&2; exit 1; }
done
echo '{ "child-pid": 2 }' >&3
while [ "$1" != -- ]; do shift; done
shift
"$@" 3>&-
code=$?
echo "{ \\"exit-code\\": $code }" >&3
exit $code
`,
    );
    const sandbox = sandboxFor(folder.path, { platform: "linux", path: programs.path });
    for (const script of ["echo one; exit 7", "echo two; exit 7"]) {
      expect(await runScript(sandbox, script, { cwd: folder.path })).toMatchObject({
        kind: "exited",
        exitCode: 7,
        output: { text: `${script.split(/[ ;]/)[1]}\n` },
      });
    }
    expect(readFileSync(join(programs.path, "calls"), "utf8")).toBe("call\ncall\ncall\n");
  });
});
