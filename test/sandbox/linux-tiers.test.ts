import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runUnderHelper } from "../../src/sandbox/fallback/confine-perl.ts";
import { runUnconfined } from "../../src/sandbox/index.ts";
import { protectionOf } from "../../src/sandbox/protection.ts";
import { noHelper } from "../support/sandbox.ts";
import {
  ENVIRONMENT,
  eventually,
  fallsSilent,
  isAlive,
  outcome,
  runScript,
  sandboxFor,
  temporaryFolder,
  workspaceWrite,
  writeExecutable,
} from "./support.ts";

const obstacle = noHelper("namespaces");

let folder: { path: string; remove(): void };
let workspace: string;
let programs: string;
beforeEach(() => {
  folder = temporaryFolder();
  workspace = join(folder.path, "work");
  programs = join(folder.path, "bin");
  for (const path of [workspace, programs, join(folder.path, "outside")]) {
    mkdirSync(path);
  }
});
afterEach(() => folder.remove());

/** Finds Perl, and only the bubblewrap that was put there. */
const withPerl = (options: Parameters<typeof sandboxFor>[1] = {}) => {
  symlinkSync("/usr/bin/perl", join(programs, "perl"));
  return sandboxFor(workspace, { platform: "linux", path: programs, ...options });
};

describe.skipIf(obstacle !== undefined)(
  `without bubblewrap${obstacle === undefined ? "" : ` (skipped: ${obstacle})`}`,
  () => {
    test("namespaces are chosen, and leave nothing behind", async () => {
      const sandbox = withPerl();
      expect([sandbox.missing, await sandbox.check()]).toEqual([undefined, undefined]);
      expect(await sandbox.tier()).toEqual({
        name: "namespaces",
        landlockVersion: expect.any(Number),
        insteadOf: { kind: "sandbox", problem: "missing" },
        limits: [],
      });
      expect(readdirSync(workspace)).toEqual([]);
    });

    test("the user's variables reach no program outside the sandbox", async () => {
      const report = join(folder.path, "report");
      const environment = { ...ENVIRONMENT, LD_DEBUG: "files", LD_DEBUG_OUTPUT: report };
      const { text } = await outcome(
        runScript(withPerl({ environment }), "unset LD_DEBUG; printenv LD_DEBUG_OUTPUT", { cwd: workspace }),
      );
      expect(text.endsWith(`${report}\n`)).toBe(true);
      expect(readdirSync(folder.path).sort()).toEqual(["bin", "outside", "work"]);
    });

    test("a bubblewrap that does not start is passed over for good", async () => {
      writeExecutable(
        join(programs, "bwrap"),
        `#!/bin/sh\necho call >> ${folder.path}/calls\necho 'bwrap: no' >&2\nexit 1\n`,
      );
      const sandbox = withPerl();
      for (const word of ["one", "two"]) {
        expect(await outcome(runScript(sandbox, `echo ${word}`, { cwd: workspace }))).toEqual({
          exitCode: 0,
          text: `${word}\n`,
        });
      }
      expect((await sandbox.tier()).name).toBe("namespaces");
      // The command, a second try without --disable-userns is not made for these words, and the probe.
      expect(readFileSync(join(folder.path, "calls"), "utf8")).toBe("call\ncall\n");
    });

    test("a command that bubblewrap alone can't confine does not bring about a lesser sandbox", async () => {
      writeExecutable(
        join(programs, "bwrap"),
        `#!/bin/bash
case "$*" in *hostile*) echo "bwrap: can't" >&2; exit 1;; esac
while [ "$1" != -- ]; do shift; done; shift
"$@" 3>&-; code=$?; echo "{ \\"exit-code\\": $code }" >&3; exit $code
`,
      );
      const sandbox = withPerl();
      const error = { kind: "sandbox", problem: "does_not_start", detail: "bwrap: can't" };
      for (let round = 0; round < 2; round += 1) {
        expect(await runScript(sandbox, "echo hostile", { cwd: workspace })).toEqual({
          kind: "refused",
          error,
        });
      }
      expect((await sandbox.tier()).name).toBe("bubblewrap");
    });

    test("neither works: bubblewrap is what is missing, the rest is the detail", async () => {
      writeExecutable(join(programs, "perl"), "#!/bin/sh\necho 'user namespaces: No' >&2\nexit 1\n");
      const sandbox = sandboxFor(workspace, { platform: "linux", path: programs });
      const error = {
        kind: "sandbox",
        problem: "missing",
        detail: "user namespaces: No; user namespaces: No",
      };
      expect(await runScript(sandbox, "touch ran", { cwd: workspace })).toEqual({ kind: "refused", error });
      expect([await sandbox.check(), await sandbox.tier()]).toEqual([error, { name: "none", limits: [] }]);
      expect(existsSync(join(workspace, "ran"))).toBe(false);
    });

    test("a perl that a command could have written is passed over", () => {
      writeExecutable(join(workspace, "perl"), "#!/bin/sh\nexit 0\n");
      const sandbox = sandboxFor(workspace, { platform: "linux", path: workspace });
      expect(sandbox.missing).toEqual({ kind: "sandbox", problem: "missing" });
    });

    test("the environment reaches the command, and nothing that runs before it", async () => {
      const planted = `open F, ">", "${folder.path}/outside/planted"; 1;`;
      for (const name of ["strict.pm", "warnings.pm", "Evil.pm", "POSIX.pm"]) {
        writeFileSync(join(workspace, name), planted);
      }
      const environment = {
        ...ENVIRONMENT,
        PERL5OPT: "-MEvil",
        PERL5LIB: workspace,
        LEAT_X: "y",
        EMPTY: "",
        PS4: "$(touch planted)",
        BASH_ENV: "/nonexistent",
        TEXT: "two\nlines = 'quoted' \\",
      };
      const sandbox = withPerl({ environment });
      const end = await sandbox.run({
        argv: ["/usr/bin/env", "-0"],
        cwd: workspace,
        timeoutMs: 5000,
        signal: new AbortController().signal,
        onOutput: () => {},
      });
      if (end.kind !== "exited") {
        throw new Error(JSON.stringify(end));
      }
      const seen = Object.fromEntries(
        end.output.text
          .split("\0")
          .filter((entry) => entry !== "")
          .map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
      );
      expect(seen).toMatchObject({ ...environment, CODEX_SANDBOX_NETWORK_DISABLED: "1", PWD: workspace });
      expect(readdirSync(join(folder.path, "outside"))).toEqual([]);
    });

    test("read-only: writes nowhere but devices", async () => {
      const { text } = await outcome(
        runScript(
          withPerl({ policy: { mode: "read-only" } }),
          "for f in a /tmp/leat-x /run/leat-x /var/tmp/leat-x; do touch $f 2>/dev/null && echo $f; done; echo > /dev/null && echo null",
          { cwd: workspace },
        ),
      );
      expect(text).toBe("null\n");
    });

    test("roots inside one another, a protected folder moved by its parent, the network when it is allowed", async () => {
      const server = createServer((connection) => connection.end());
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const inner = join(workspace, "deep/down");
      mkdirSync(join(inner, ".git"), { recursive: true });
      const policy = workspaceWrite([workspace, inner, "/dev/shm"], { networkAccess: true });
      const { text } = await outcome(
        runScript(
          withPerl({ policy }),
          `touch deep/x deep/down/y /dev/shm/leat-test-$$ && rm /dev/shm/leat-test-$$ && echo written
          touch deep/down/.git/z 2>/dev/null || echo protected; mv deep other 2>/dev/null || echo pinned
          (exec 5<>/dev/tcp/127.0.0.1/${port}) && echo connected`,
          { cwd: workspace },
        ),
      );
      expect(text).toBe("written\nprotected\npinned\nconnected\n");
      server.close();
    });

    test.each([
      ["exit 42", 42, ""],
      ["kill -9 $$", 137, ""],
      ["kill -TERM $$", 143, ""],
      ["echo out; echo err >&2; exit 1", 1, "out\nerr\n"],
      ["echo '{ \"exit-code\": 0 }' >&3; exit 1", 1, expect.any(String)],
    ])("exit code of %s: %i", async (script, exitCode, text) => {
      expect(await outcome(runScript(withPerl(), script, { cwd: workspace }))).toEqual({ exitCode, text });
    });

    test("a command that can't be started is reported as a shell does", async () => {
      const end = await withPerl().run({
        argv: ["no-such-program"],
        cwd: workspace,
        timeoutMs: 5000,
        signal: new AbortController().signal,
        onOutput: () => {},
      });
      expect(end).toMatchObject({ kind: "exited", exitCode: 127 });
    });

    describe.each(["namespaces", "landlock"] as const)("the end: %s", (mode) => {
      const missing = noHelper(mode);
      const BEATS = `(while :; do echo x >> beat; sleep 0.02; done) &
        setsid bash -c 'trap "" TERM; while :; do echo x >> beat2; sleep 0.02; done' &
        until [ -s beat2 ]; do sleep 0.01; done`;
      const lengths = () => ["beat", "beat2"].map((name) => readFileSync(join(workspace, name)).length);
      /** In a process of its own, which is given as JSON what to run. */
      const runner = async () => {
        const outfile = join(folder.path, "run.mjs");
        await build({
          stdin: {
            contents: `
              import { runUnderHelper } from "./src/sandbox/fallback/confine-perl.ts";
              const { script, cwd, timeoutMs, mode } = JSON.parse(process.argv[2]);
              const run = await runUnderHelper({
                command: { argv: ["bash", "-c", script], cwd, timeoutMs, signal: new AbortController().signal, onOutput() {} },
                writableRoots: [cwd], guardedRoots: [], hiddenFiles: [], hiddenFolders: [], protectedPaths: [], missingPaths: [], protectedLinks: [], networkAccess: false, environment: process.env,
              }, { program: "/usr/bin/perl", mode });
              process.stdout.write(JSON.stringify(run.end));`,
            resolveDir: join(import.meta.dirname, "../.."),
          },
          bundle: true,
          platform: "node",
          format: "esm",
          loader: { ".pl": "text" },
          outfile,
          logLevel: "silent",
        });
        return (script: string, timeoutMs = 10_000) => [
          process.execPath,
          outfile,
          JSON.stringify({ script, cwd: workspace, timeoutMs, mode }),
        ];
      };
      const direct = { env: { ...ENVIRONMENT }, timeoutMs: 15_000 };

      test.skipIf(missing !== undefined)(
        "time-out: last words, then all children, also of other sessions",
        async () => {
          const run = await runner();
          const script = `trap 'echo last words; exit 0' TERM\n${BEATS}\nwait`;
          const end = await runUnconfined(run(script, 500), { ...direct, cwd: workspace });
          expect(end.kind === "exited" && JSON.parse(end.output.text)).toMatchObject({
            kind: "exited",
            exitCode: 124,
            timedOut: true,
            output: { text: "last words\n" },
          });
          expect(await fallsSilent(lengths)).toBe(true);
        },
      );

      test.skipIf(missing !== undefined)("what is left in the background ends with the command", async () => {
        const run = await runner();
        const end = await runUnconfined(run(`${BEATS}\necho done`), { ...direct, cwd: workspace });
        expect(end.kind === "exited" && JSON.parse(end.output.text)).toMatchObject({
          exitCode: 0,
          output: { text: "done\n" },
        });
        expect(await fallsSilent(lengths)).toBe(true);
      });

      test.skipIf(missing !== undefined)("leat itself is killed", async () => {
        const run = await runner();
        const controller = new AbortController();
        const script = `echo $$ > pid\n${BEATS}\ntouch ready\nwait`;
        const killed = runUnconfined(
          ["bash", "-c", '"$@" & echo $! > runner; wait', "bash", ...run(script)],
          {
            ...direct,
            cwd: workspace,
            signal: controller.signal,
          },
        );
        expect(await eventually(() => existsSync(join(workspace, "ready")))).toBe(true);
        const pid = Number(readFileSync(join(workspace, "runner"), "utf8"));
        process.kill(pid, "SIGKILL");
        expect(await eventually(() => !isAlive(pid))).toBe(true);
        expect(await fallsSilent(lengths)).toBe(true);
        controller.abort();
        await killed;
      });
    });

    test("leat inside its own sandbox: user namespaces are forbidden there, Landlock is left", async () => {
      await build({
        stdin: {
          contents: `
            import { createSandbox } from "./src/sandbox/sandbox.ts";
            const [cwd, path, outside] = process.argv.slice(2);
            const sandbox = createSandbox({ cwd, path, environment: process.env,
              policy: { mode: "workspace-write", writableRoots: [cwd], networkAccess: false } });
            const run = (script) => sandbox.run({ argv: ["bash", "-c", script], cwd, timeoutMs: 5000,
              signal: new AbortController().signal, onOutput() {} });
            const ends = [await run("echo x > inner"), await run("echo x > " + outside)];
            process.stdout.write(JSON.stringify({ codes: ends.map((end) => end.exitCode), tier: await sandbox.tier() }));`,
          resolveDir: join(import.meta.dirname, "../.."),
        },
        bundle: true,
        platform: "node",
        format: "esm",
        loader: { ".pl": "text" },
        outfile: join(folder.path, "nested.mjs"),
        logLevel: "silent",
      });
      chmodSync(folder.path, 0o755);
      const inner = join(workspace, "inner");
      mkdirSync(inner);
      const { text } = await outcome(
        runScript(
          withPerl(),
          `"${process.execPath}" ../nested.mjs ${inner} ${programs} ${workspace}/outside 2>&1`,
          { cwd: workspace },
        ),
      );
      expect(JSON.parse(text)).toMatchObject({
        codes: [0, 1],
        tier: { name: "landlock", limits: expect.arrayContaining(["git-writable"]) },
      });
      expect(readdirSync(workspace)).toEqual(["inner"]);
      expect(readdirSync(inner)).toEqual(["inner"]);
    });
  },
);

const noLandlock = noHelper("landlock");
test.skipIf(noLandlock !== undefined)(
  `Landlock can't keep a link, so it is put back${noLandlock === undefined ? "" : ` (skipped: ${noLandlock})`}`,
  async () => {
    const link = join(workspace, ".codex");
    mkdirSync(join(workspace, "real"));
    symlinkSync("real", link);
    const roots = [workspace];
    const protection = protectionOf({
      roots,
      guardedRoots: roots,
      repositories: [],
      protectedFolders: [],
      userHome: "/nonexistent",
    });
    const { end } = await runUnderHelper(
      {
        command: {
          argv: ["/bin/sh", "-c", "rm .codex && mkdir .codex .git"],
          cwd: workspace,
          timeoutMs: 5000,
          signal: new AbortController().signal,
          onOutput: () => {},
        },
        writableRoots: roots,
        guardedRoots: roots,
        hiddenFiles: [],
        hiddenFolders: [],
        ...protection,
        networkAccess: false,
        environment: ENVIRONMENT,
      },
      { program: "/usr/bin/perl", mode: "landlock" },
    );
    expect([end.kind, readlinkSync(link)]).toEqual(["exited", "real"]);
    // No placeholder was in the way.
    expect(readdirSync(join(workspace, ".git"))).toEqual([]);
  },
);
