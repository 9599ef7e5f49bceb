import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { createServer as createSocketServer } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runUnconfined } from "../../src/sandbox/index.ts";
import {
  ENVIRONMENT,
  eventually,
  fallsSilent,
  outcome,
  runScript,
  sandboxFor,
  temporaryFolder,
  whyNoBubblewrap,
  workspaceWrite,
} from "./support.ts";

const obstacle = await whyNoBubblewrap();
const isRoot = process.getuid?.() === 0;

describe.skipIf(obstacle !== undefined)(
  `bubblewrap${obstacle === undefined ? "" : ` (skipped: ${obstacle})`}`,
  () => {
    let folder: { path: string; remove(): void };
    let workspace: string;
    beforeEach(() => {
      folder = temporaryFolder();
      workspace = join(folder.path, "work");
      mkdirSync(workspace);
    });
    afterEach(() => folder.remove());

    const inWorkspace = (script: string, options: Parameters<typeof sandboxFor>[1] = {}) =>
      outcome(runScript(sandboxFor(workspace, options), script, { cwd: workspace }));

    test("a probe passes and leaves nothing", async () => {
      expect(await sandboxFor(workspace).check()).toBeUndefined();
      expect(readdirSync(workspace)).toEqual([]);
    });

    test("writes inside, not outside", async () => {
      symlinkSync("../outside", join(workspace, "link"));
      mkdirSync(join(folder.path, "outside"));
      const { text } = await inWorkspace(
        `for f in a sub/b ../c link/d /etc/e /usr/f $PWD/../outside/g; do
         mkdir -p sub; touch $f 2>/dev/null && echo "$f yes" || echo "$f no"
       done`,
      );
      expect(text).toBe(
        `a yes\nsub/b yes\n../c no\nlink/d no\n/etc/e no\n/usr/f no\n${workspace}/../outside/g no\n`,
      );
      expect(readdirSync(folder.path).sort()).toEqual(["outside", "work"]);
    });

    test("read-only: writes nowhere but devices", async () => {
      const { text } = await inWorkspace(
        "for f in a /tmp/leat-x /run/leat-x /var/tmp/leat-x; do touch $f 2>/dev/null && echo $f; done; echo > /dev/null && echo null",
        { policy: { mode: "read-only" } },
      );
      expect(text).toBe("null\n");
    });

    test("further roots: a symlink, one that is missing, one under the other", async () => {
      mkdirSync(join(folder.path, "data"));
      symlinkSync("data", join(folder.path, "data-link"));
      const policy = workspaceWrite([
        workspace,
        join(folder.path, "data-link"),
        join(folder.path, "missing"),
        join(workspace, "deep/down"),
      ]);
      mkdirSync(join(workspace, "deep/down"), { recursive: true });
      const { text } = await inWorkspace(
        "touch ../data-link/a ../data/b deep/down/c && echo ok; mv deep other 2>/dev/null || echo pinned",
        { policy },
      );
      expect(text).toBe("ok\npinned\n");
      expect(readdirSync(join(folder.path, "data"))).toEqual(["a", "b"]);
    });

    test("a root swapped for a symlink between two commands is not followed", async () => {
      const root = join(folder.path, "open/inner");
      mkdirSync(root, { recursive: true });
      mkdirSync(join(folder.path, "secret"));
      const sandbox = sandboxFor(workspace, {
        policy: workspaceWrite([workspace, join(folder.path, "open"), root]),
      });
      await runUnconfined(["bash", "-c", "rmdir inner && ln -s ../secret inner"], {
        cwd: join(folder.path, "open"),
        env: ENVIRONMENT,
        timeoutMs: 5000,
      });
      const { text } = await outcome(
        runScript(sandbox, `touch ${root}/x ../secret/x 2>/dev/null; echo $?`, { cwd: workspace }),
      );
      expect([text, readdirSync(join(folder.path, "secret"))]).toEqual(["1\n", []]);
    });

    test("files with secrets: not read, not moved away, not linked; whatever leads to them", async () => {
      const home = join(folder.path, "home");
      const hidden = join(home, "auth.json");
      mkdirSync(home);
      writeFileSync(join(folder.path, "real.json"), "SECRET");
      symlinkSync("../real.json", hidden);
      symlinkSync(hidden, join(workspace, "link"));
      const script = `cat link ${hidden} ../home/auth.json ../real.json; mv ../real.json a; mv .. ../../b; ln ../real.json c
        cp ${hidden} d; cat a c d; grep -r SECRET ${folder.path}`;
      const policies = [workspaceWrite([workspace, folder.path]), { mode: "read-only" } as const];
      for (const policy of policies) {
        const { text } = await inWorkspace(`( ${script} ) 2>/dev/null`, { policy, hiddenFiles: [hidden] });
        expect(text).toBe("");
      }
      const missing = { hiddenFiles: [join(home, "not-there"), home] };
      expect((await inWorkspace("echo ok", missing)).text).toBe("ok\n");
    });

    describe("what git and Codex run code from", () => {
      const ATTEMPTS = [
        "touch .git/x",
        "mkdir -p .git/hooks && echo evil > .git/hooks/pre-commit",
        "rm -rf .git && git init -q .",
        "mv .git git-away",
        "git init -q .",
        "echo 'gitdir: /tmp' > .git",
        "mkdir -p .codex && echo x > .codex/config.toml",
        "mv .codex away",
        "ln -s /tmp .codex",
      ];
      const script = ATTEMPTS.map((line) => `( ${line} ) >/dev/null 2>&1`).join("; ");

      test("present: unchanged", async () => {
        mkdirSync(join(workspace, ".git/hooks"), { recursive: true });
        mkdirSync(join(workspace, ".codex"));
        writeFileSync(join(workspace, ".git/config"), "[core]\n");
        await inWorkspace(script);
        const files = readdirSync(workspace, { recursive: true, encoding: "utf8" }).sort();
        expect(files).toEqual([".codex", ".git", ".git/config", ".git/hooks"]);
        expect(readFileSync(join(workspace, ".git/config"), "utf8")).toBe("[core]\n");
      });

      test("missing: not created, nothing left behind", async () => {
        await inWorkspace(script);
        expect(readdirSync(workspace)).toEqual([]);
      });

      test("missing in a further root: not created either, except in $TMPDIR", async () => {
        for (const name of ["data", "scratch"]) {
          mkdirSync(join(folder.path, name));
        }
        const roots = [workspace, join(folder.path, "data"), join(folder.path, "scratch")];
        await inWorkspace(`cd ../data; ${script}; mkdir .codex ../scratch/.git`, {
          policy: workspaceWrite(roots),
          environment: { ...ENVIRONMENT, TMPDIR: join(folder.path, "scratch") },
        });
        expect(roots.map((root) => readdirSync(root))).toEqual([[], [], [".git"]]);
      });

      test("missing, and two commands at once: the first to end does not uncover it for the second", async () => {
        const sandbox = sandboxFor(workspace);
        const long = runScript(
          sandbox,
          "touch started; while [ ! -e go ]; do sleep 0.02; done; mkdir .git/hooks 2>/dev/null && echo planted; rmdir .git; ls -A",
          { cwd: workspace },
        );
        expect(await eventually(() => existsSync(join(workspace, "started")))).toBe(true);
        expect(readdirSync(workspace)).toContain(".git");
        await runScript(sandbox, "true", { cwd: workspace });
        writeFileSync(join(workspace, "go"), "");
        expect((await outcome(long)).text).not.toContain("planted");
        expect(readdirSync(workspace)).toEqual(["go", "started"]);
      });

      test("missing: git looks for a repository further up as if nothing were there", async () => {
        const { text } = await inWorkspace("git rev-parse --show-toplevel 2>&1");
        expect(text).toMatch(/not a git repository/);
      });

      test("a worktree: the file, its git folder and the common one", async () => {
        mkdirSync(join(folder.path, "main/.git/worktrees/w"), { recursive: true });
        mkdirSync(join(folder.path, "main/.git/hooks"));
        writeFileSync(join(workspace, ".git"), `gitdir: ${folder.path}/main/.git/worktrees/w\n`);
        writeFileSync(join(folder.path, "main/.git/worktrees/w/commondir"), "../..\n");
        const { text } = await inWorkspace(
          `for f in .git ../main/.git/worktrees/w/HEAD ../main/.git/hooks/x ../main/ok; do
           echo x 2>/dev/null > $f && echo $f; done 2>/dev/null; mv ../main ../main2 2>/dev/null && echo moved`,
          { policy: workspaceWrite([workspace, folder.path]) },
        );
        expect(text).toBe("../main/ok\n");
      });
    });

    describe("network", () => {
      const withListener = async (use: (port: number) => Promise<void>) => {
        const server = createServer((_, response) => response.end());
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const address = server.address();
        if (address === null || typeof address === "string") {
          throw new Error("no port");
        }
        await use(address.port);
        server.close();
      };
      const connect = (port: number) =>
        `(exec 5<>/dev/tcp/127.0.0.1/${port}) 2>/dev/null && echo connected; echo "[$CODEX_SANDBOX_NETWORK_DISABLED]"`;

      test("off: the host's loopback is out of reach", async () => {
        await withListener(async (port) => {
          expect((await inWorkspace(connect(port))).text).toBe("[1]\n");
        });
      });

      test("on", async () => {
        await withListener(async (port) => {
          const policy = workspaceWrite([workspace], { networkAccess: true });
          expect((await inWorkspace(connect(port), { policy })).text).toBe("connected\n[]\n");
          expect(await inWorkspace("cat /etc/resolv.conf", { policy })).toMatchObject({ exitCode: 0 });
        });
      });

      test("sockets that lead out are covered", async () => {
        const path = join(workspace, "agent.sock");
        const server = createSocketServer((socket) => socket.end("secret"));
        await new Promise<void>((resolve) => server.listen(path, resolve));
        const environment = { ...ENVIRONMENT, SSH_AUTH_SOCK: path };
        const look =
          "[ -S agent.sock ] && echo socket; [ -c agent.sock ] && echo null; ls -A /run | grep -v current-system";
        expect((await inWorkspace(look, { environment })).text).toBe("null\n");
        server.close();
      });
    });

    // What the loader writes by these variables, it writes for every program they reach; so it would load a library.
    test("the user's variables reach the command, and no program outside the sandbox", async () => {
      const report = join(folder.path, "report");
      const environment = { ...ENVIRONMENT, AB: "1\n2", LD_DEBUG: "files", LD_DEBUG_OUTPUT: report };
      const { text } = await inWorkspace("printenv AB; unset LD_DEBUG; printenv LD_DEBUG_OUTPUT", {
        environment,
      });
      expect(text.endsWith(`${report}\n`) && text.includes("1\n2\n")).toBe(true);
      expect(readdirSync(folder.path)).toEqual(["work"]);
    });

    test.each([
      ["true", 0, ""],
      ["false", 1, ""],
      ["exit 42", 42, ""],
      ["kill -9 $$", 137, ""],
      ["echo 'bwrap: not ours'; exit 1", 1, "bwrap: not ours\n"],
      ["echo 'bwrap: not ours' >&2; exit 1", 1, "bwrap: not ours\n"],
      ["echo '{ \"exit-code\": 0 }' >&3; exit 1", 1, undefined],
    ])("exit code of %s: %i", async (script, exitCode, text) => {
      const end = await inWorkspace(script);
      expect(end).toEqual({ exitCode, text: text ?? expect.any(String) });
    });

    test.each([
      { program: "no-such-program", exitCode: 127, text: /no-such-program: not found/ },
      { program: "./plain", exitCode: 126, text: /[Pp]ermission denied/ },
    ])("a program that can't be started is reported as a shell does: $program", async (example) => {
      writeFileSync(join(workspace, "plain"), "");
      const end = await sandboxFor(workspace).run({
        argv: [example.program],
        cwd: workspace,
        timeoutMs: 5000,
        signal: new AbortController().signal,
        onOutput: () => {},
      });
      expect(end).toMatchObject({ kind: "exited", exitCode: example.exitCode });
      expect(end).toHaveProperty("output.text", expect.stringMatching(example.text));
    });

    test("a folder that is missing", async () => {
      const cwd = join(workspace, "gone");
      expect(await runScript(sandboxFor(workspace), "true", { cwd })).toEqual({
        kind: "not-started",
        reason: `${cwd}: no such directory`,
      });
    });

    describe("output and end", () => {
      test("order, names, split characters, live", async () => {
        const heard: string[] = [];
        const script =
          "echo a; echo b >&2; echo c > /dev/stderr; printf '\\xe2'; sleep 0.05; printf '\\x82\\xac\\n'";
        const end = await outcome(
          runScript(sandboxFor(workspace), script, { cwd: workspace, onOutput: (text) => heard.push(text) }),
        );
        expect(end).toEqual({ exitCode: 0, text: "a\nb\nc\n€\n" });
        expect(heard.join("")).toBe(end.text);
      });

      test("time-out: last words, then everything ends, also what left the session", async () => {
        const script = `trap 'echo last words; exit 0' TERM
        (while :; do echo x >> beat; sleep 0.02; done) & setsid bash -c 'trap "" TERM; while :; do echo x >> beat2; sleep 0.02; done' & wait`;
        const end = await runScript(sandboxFor(workspace), script, { cwd: workspace, timeoutMs: 400 });
        expect(end).toMatchObject({
          kind: "exited",
          exitCode: 124,
          timedOut: true,
          output: { text: "last words\n" },
        });
        const lengths = () => ["beat", "beat2"].map((name) => readFileSync(join(workspace, name)).length);
        expect(await fallsSilent(lengths)).toBe(true);
        expect(readdirSync(workspace).sort()).toEqual(["beat", "beat2"]);
      });

      test("abort", async () => {
        const controller = new AbortController();
        const end = await runScript(sandboxFor(workspace), "echo before; sleep 60", {
          cwd: workspace,
          signal: controller.signal,
          onOutput: () => controller.abort(),
        });
        expect(end).toMatchObject({ kind: "aborted", output: { text: "before\n" } });
        expect(readdirSync(workspace)).toEqual([]);
      });

      test("what it left in the background ends with it", async () => {
        const { text } = await inWorkspace(
          "(while :; do echo x >> beat; sleep 0.02; done) & until [ -s beat ]; do sleep 0.01; done; echo done",
        );
        expect(text).toBe("done\n");
        expect(await fallsSilent(() => readFileSync(join(workspace, "beat")).length)).toBe(true);
      });

      test("endless output is counted, not kept", async () => {
        const end = await runScript(sandboxFor(workspace), "yes", { cwd: workspace, timeoutMs: 300 });
        if (end.kind !== "exited") {
          throw new Error(end.kind);
        }
        expect(end.output.totalBytes).toBeGreaterThan(2 << 20);
        expect(end.output.text.length).toBeLessThan((1 << 20) + 100);
      });
    });

    const HELD = [
      ["kernel settings", "cat /proc/sys/vm/swappiness > /proc/sys/vm/swappiness"],
      ["the kernel's debug key", "[ -w /proc/sysrq-trigger ]"],
      ["nested user namespaces", "unshare -Ur true"],
      ["mounting", "mount -t tmpfs none /mnt"],
      ["remounting the disk writable", "mount -o remount,rw /"],
      ["taking a protection away", "umount .git"],
      ["a hard link to a file outside", "ln /etc/hostname hard"],
      ["signals to the outside", `kill -0 ${process.pid}`],
      [
        "seeing outside processes",
        `[ -e /proc/${process.pid}/status ] && grep -q node /proc/${process.pid}/comm`,
      ],
      ["devices", "ls /dev/vda /dev/sda /dev/mem"],
      ["a device node", "mknod dev b 8 0"],
      ["any capability", "grep -q 'CapEff:.*[1-9a-f]' /proc/self/status"],
      ["the status channel", "[ -e /proc/self/fd/3 ]"],
    ] as const;

    test.each(HELD)("held: %s", async (_, script) => {
      expect((await inWorkspace(`${script} 2>/dev/null`)).exitCode).not.toBe(0);
    });

    test.skipIf(!isRoot || !existsSync("/usr/bin/setpriv"))(
      `as an ordinary user (needs root and setpriv to become one)`,
      async () => {
        await build({
          entryPoints: [join(import.meta.dirname, "../../src/sandbox/sandbox.ts")],
          bundle: true,
          platform: "node",
          format: "esm",
          loader: { ".pl": "text" },
          outfile: join(folder.path, "sandbox.mjs"),
          logLevel: "silent",
        });
        writeFileSync(
          join(folder.path, "run.mjs"),
          `import { createSandbox } from "./sandbox.mjs";
         const [cwd, ...scripts] = process.argv.slice(2);
         const sandbox = createSandbox({ cwd, environment: process.env,
           policy: { mode: "workspace-write", writableRoots: [cwd], networkAccess: false } });
         const ends = [];
         for (const script of scripts) {
           const end = await sandbox.run({ argv: ["bash", "-c", script], cwd, timeoutMs: 5000,
             signal: new AbortController().signal, onOutput() {} });
           ends.push(end.exitCode === 0);
         }
         console.log(JSON.stringify({ check: await sandbox.check(), ends }));`,
        );
        chmodSync(folder.path, 0o755);
        chmodSync(workspace, 0o777);
        const scripts = [
          "touch ok",
          "mkdir .git/hooks",
          "touch ../outside",
          ...HELD.map(([, script]) => script),
        ];
        const end = await runUnconfined(
          [
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            process.execPath,
            join(folder.path, "run.mjs"),
            workspace,
            ...scripts,
          ],
          { cwd: folder.path, env: ENVIRONMENT, timeoutMs: 15_000 },
        );
        if (end.kind !== "exited") {
          throw new Error(JSON.stringify(end));
        }
        expect(JSON.parse(end.output.text)).toEqual({ ends: scripts.map((script) => script === "touch ok") });
        expect(readdirSync(workspace)).toEqual(["ok"]);
      },
    );
  },
);
