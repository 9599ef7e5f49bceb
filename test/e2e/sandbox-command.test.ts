import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { noSandbox } from "../support/sandbox.ts";
import { createBench, program } from "./support.ts";

/** No model is asked, so nothing listens there. */
const benchWithoutServer = () => createBench("http://127.0.0.1:9/v1");
type Bench = ReturnType<typeof benchWithoutServer>;

const CONFINED = ["--full-auto", "-c", "sandbox_workspace_write.exclude_slash_tmp=true"];

function environmentOf(bench: Bench): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], HOME: bench.home, CODEX_HOME: bench.home };
}

describe.skipIf(noSandbox !== undefined)(`leat sandbox (${noSandbox ?? "confined"})`, () => {
  test.each([
    {
      name: "both streams, apart, and the code",
      argv: ["sh", "-c", "echo out; echo err >&2; exit 7"],
      stdout: "out\n",
      stderr: "err\n",
      code: 7,
    },
    { name: "success prints nothing", argv: ["true"], stdout: "", stderr: "", code: 0 },
    {
      name: "a signal is 128 and its number",
      argv: ["sh", "-c", "kill -9 $$"],
      stdout: "",
      stderr: "",
      code: 137,
    },
    { name: "stdin is passed on", argv: ["cat"], stdin: "given", stdout: "given", stderr: "", code: 0 },
    {
      name: "read-only unless asked",
      argv: ["sh", "-c", "touch x 2>/dev/null || echo held"],
      stdout: "held\n",
      stderr: "",
      code: 0,
    },
    {
      name: "-- before what begins with a dash",
      argv: ["--", "-odd"],
      stdout: "",
      stderr: /-odd/,
      code: 127,
    },
    {
      name: "a program that is not there",
      argv: ["no-such-program"],
      stdout: "",
      stderr: /no-such-program: not found/,
      code: 127,
    },
    {
      name: "unconfined on demand: not there either",
      argv: ["-s", "danger-full-access", "no-such-program"],
      stdout: "",
      stderr: /no-such-program: not found/,
      code: 127,
    },
    {
      name: "unconfined: streams and code",
      argv: ["-s", "danger-full-access", "sh", "-c", "echo out; echo err >&2; kill -15 $$"],
      stdout: "out\n",
      stderr: "err\n",
      code: 143,
    },
    {
      name: "a folder that is missing",
      argv: ["-C", "gone", "true"],
      stdout: "",
      stderr: /no such directory: .*gone/,
      code: 125,
    },
    {
      name: "--add-dir that is missing",
      argv: ["--full-auto", "--add-dir", "gone", "true"],
      stdout: "",
      stderr: /no such directory: .*gone/,
      code: 125,
    },
    {
      name: "--add-dir in read-only",
      argv: ["--add-dir", ".", "true"],
      stdout: "",
      stderr: /no effect in the sandbox mode read-only/,
      code: 125,
    },
    {
      name: "a mistake in the configuration",
      argv: ["-c", "sandbox_mode=maybe", "true"],
      stdout: "",
      stderr: /sandbox_mode/,
      code: 125,
    },
    { name: "no command", argv: [], stdout: "", stderr: /needs a command/, code: 2 },
    {
      name: "in a sandbox already, where Landlock alone is left",
      argv: [process.execPath, program, "sandbox", "sh", "-c", "touch x 2>/dev/null || echo held"],
      stdout: "held\n",
      stderr: "",
      code: 0,
    },
  ])("$name", async ({ argv, stdin, stdout, stderr, code }) => {
    const bench = benchWithoutServer();
    const run = await bench.leat(["sandbox", ...argv], { ...(stdin === undefined ? {} : { stdin }) });
    expect(run).toEqual({
      stdout,
      stderr: typeof stderr === "string" ? stderr : expect.stringMatching(stderr),
      code,
    });
    expect(readdirSync(bench.project)).toEqual([".git"]);
  });

  test("--add-dir opens folders beside the project, counted from there", async () => {
    const bench = benchWithoutServer();
    for (const name of ["one", "two", "three"]) {
      mkdirSync(join(bench.project, "..", name));
    }
    const script = "for d in one two three; do touch ../$d/x 2>/dev/null && echo $d; done; true";
    const args = [...CONFINED, "--add-dir", "../one", "--add-dir", join(bench.project, "../two")];
    expect(await bench.leat(["sandbox", ...args, "sh", "-c", script])).toEqual({
      stdout: "one\ntwo\n",
      stderr: "",
      code: 0,
    });
  });

  test("the policy for the environment counts, and keys stay out", async () => {
    const bench = benchWithoutServer();
    const script = 'echo "$A_TOKEN-$PLAIN-$SET"';
    const args = ["-c", 'shell_environment_policy.set={SET="set"}', "sh", "-c", script];
    const run = await bench.leat(["sandbox", ...args], { env: { A_TOKEN: "secret", PLAIN: "plain" } });
    expect(run.stdout).toBe("-plain-set\n");
  });

  test("output goes straight into the file it was given", () => {
    const bench = benchWithoutServer();
    const file = openSync(join(bench.home, "out"), "w");
    const argv = [program, "sandbox", "sh", "-c", "[ /proc/self/fd/1 -ef $CODEX_HOME/out ] && echo same"];
    spawnSync(process.execPath, argv, {
      cwd: bench.project,
      env: environmentOf(bench),
      stdio: ["ignore", file, "inherit"],
    });
    expect(readFileSync(join(bench.home, "out"), "utf8")).toBe("same\n");
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"] as const)(
    "%s is the command's, as often as it comes",
    async (signal) => {
      const bench = benchWithoutServer();
      rmSync(join(bench.project, ".git"), { recursive: true });
      const script = `$| = 1; $SIG{${signal.slice(3)}} = sub { print "got ", ++$n, "\\n"; exit 9 if $n == 3 };
        print "ready\\n"; select undef, undef, undef, 0.02 while 1`;
      const running = bench.start(["sandbox", ...CONFINED, "perl", "-e", script]);
      await running.sees("ready");
      expect(readdirSync(bench.project).sort()).toEqual([".codex", ".git"]);
      for (const count of [1, 2, 3]) {
        running.child.kill(signal);
        await running.sees(`got ${count}`);
      }
      expect(await running.ended).toEqual({ stdout: "ready\ngot 1\ngot 2\ngot 3\n", stderr: "", code: 9 });
      expect(readdirSync(bench.project)).toEqual([]);
    },
  );

  test.each([
    { signal: "SIGINT", code: 130 },
    { signal: "SIGTERM", code: 143 },
  ] as const)("a command that $signal ends: its code, nothing left behind", async ({ signal, code }) => {
    const bench = benchWithoutServer();
    rmSync(join(bench.project, ".git"), { recursive: true });
    const running = bench.start(["sandbox", ...CONFINED, "sh", "-c", "echo ready; exec sleep 60"]);
    await running.sees("ready");
    running.child.kill(signal);
    expect((await running.ended).code).toBe(code);
    expect(readdirSync(bench.project)).toEqual([]);
  });

  test("leat killed: the command dies with it, and the next run sweeps", async () => {
    const bench = benchWithoutServer();
    rmSync(join(bench.project, ".git"), { recursive: true });
    const running = bench.start([
      "sandbox",
      ...CONFINED,
      "sh",
      "-c",
      "echo ready; while :; do echo x >> beat; sleep 0.02; done",
    ]);
    await running.sees("ready");
    running.child.kill("SIGKILL");
    await running.ended;
    expect((await bench.leat(["sandbox", ...CONFINED, "rm", "-f", "beat"])).code).toBe(0);
    // What still ran would make it again.
    expect((await bench.leat(["sandbox", ...CONFINED, "sleep", "0.1"])).code).toBe(0);
    expect(readdirSync(bench.project)).toEqual([]);
  });

  test.skipIf(!existsSync("/usr/bin/script"))(
    "a terminal is handed through, but can't be typed into (needs script)",
    () => {
      const bench = benchWithoutServer();
      const type = `perl -e '$c = "x"; print -t STDIN ? "terminal" : "none", ioctl(STDIN, 0x5412, $c) ? " typed" : " held"'`;
      const run = spawnSync(
        "script",
        ["-qec", `"${process.execPath}" "${program}" sandbox ${type}`, "/dev/null"],
        {
          cwd: bench.project,
          env: environmentOf(bench),
          encoding: "utf8",
        },
      );
      expect([run.stdout, run.status]).toEqual(["terminal held", 0]);
    },
  );

  test("unconfined: what it left in the background is not waited for", async () => {
    const bench = benchWithoutServer();
    const script = "sleep 60 > /dev/null 2>&1 & echo $!";
    const run = await bench.leat(["sandbox", "-s", "danger-full-access", "sh", "-c", script]);
    process.kill(Number(run.stdout), "SIGKILL");
    expect(run).toMatchObject({ stderr: "", code: 0 });
  });

  test.each([
    { fd: 7, mode: "workspace-write" },
    { fd: 200, mode: "workspace-write" },
    { fd: 200, mode: "danger-full-access" },
  ])("file descriptor $fd that the shell has opened is not passed on: $mode", async ({ fd, mode }) => {
    const bench = benchWithoutServer();
    const outside = join(bench.home, "outside");
    writeFileSync(outside, "");
    const line = `exec ${fd}>>"${outside}"; exec "${process.execPath}" "${program}" sandbox -s ${mode} bash -c 'echo x >&${fd}; echo x >/proc/self/fd/${fd}; true'`;
    const child = spawn("bash", ["-c", line], {
      cwd: bench.project,
      env: environmentOf(bench),
      stdio: ["ignore", "pipe", "ignore"],
    });
    let stdout = "";
    child.stdout.on("data", (bytes) => {
      stdout += String(bytes);
    });
    await new Promise((resolve) => child.on("close", resolve));
    expect([stdout, readFileSync(outside, "utf8")]).toEqual(["", ""]);
  });
});

describe.skipIf(process.platform !== "linux")("leat sandbox without a sandbox (Linux)", () => {
  test("bubblewrap missing: not run, 125 and the way out", async () => {
    const bench = benchWithoutServer();
    const args = ["sandbox", "--full-auto", "touch", "ran"];
    const run = await bench.leat(args, { env: { PATH: "/nonexistent" } });
    expect(run).toMatchObject({
      code: 125,
      stdout: "",
      stderr: expect.stringMatching(/^leat sandbox: commands are not run: .* is not installed/),
    });
    expect(existsSync(join(bench.project, "ran"))).toBe(false);
  });
});
