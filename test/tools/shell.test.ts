import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatDuration } from "../../src/tools/shell/result.ts";
import { call, exited, makeContext, makeFolder, prepare, scriptedSandbox } from "./support.ts";

/** Durations differ from run to run. */
const steady = (output: string) => output.replace(/, [\d.]+ m?s\]$/, ", T]");

describe("what is executed", () => {
  const cwd = makeFolder();
  const bash = (script: string) => ["bash", "-c", script];
  test.each([
    [{ command: "ls -la | wc" }, bash("ls -la | wc"), "ls -la | wc"],
    [{ cmd: "ls" }, bash("ls"), "ls"],
    [{ command: ["bash", "-lc", "ls | wc"] }, ["bash", "-lc", "ls | wc"], "ls | wc"],
    [{ command: ["/bin/sh", "-c", "ls"] }, ["/bin/sh", "-c", "ls"], "ls"],
    [{ command: ["git", "log", "-n 1"] }, ["git", "log", "-n 1"], "git log '-n 1'"],
    [{ command: ["echo", "it's"] }, ["echo", "it's"], "echo 'it'\\''s'"],
    [{ command: ["bash", "-lc", "ls", "arg"] }, ["bash", "-lc", "ls", "arg"], "bash -lc ls arg"],
    [{ command: ["ls"] }, ["ls"], "ls"],
    [{ command: ["ls -la"] }, bash("ls -la"), "ls -la"],
    [{ command: '["bash","-lc","ls"]' }, ["bash", "-lc", "ls"], "ls"],
    [{ command: '["x" = "x"]' }, bash('["x" = "x"]'), '["x" = "x"]'],
  ])("%j", async (args, argv, command) => {
    const { sandbox, commands } = scriptedSandbox(exited(""));
    const context = makeContext("/", { sandbox });
    expect(prepare("shell", args, context).action).toEqual({ kind: "command", command, cwd: "/" });
    await call("shell", args, context);
    expect(commands).toEqual([{ argv, cwd: "/", timeoutMs: 120_000 }]);
  });

  test.each([
    [{}, 120_000],
    [{ timeout: 5_000 }, 5_000],
    [{ timeout_ms: 7_000 }, 7_000],
    [{ timeout: "9000" }, 9_000],
    [{ timeout: 900_000_000 }, 600_000],
    [{ timeout: 0 }, 120_000],
    [{ timeout: -1 }, 120_000],
    [{ timeout: "soon" }, 120_000],
    // Whoever writes 30 means seconds.
    [{ timeout: 30 }, 30_000],
    [{ timeout: "30s" }, 30_000],
    [{ timeout: "50 ms" }, 50],
    [{ timeout: "2 minutes" }, 120_000],
    [{ timeout: "5 parsecs" }, 120_000],
    [{ timeout: 100 }, 100],
  ])("timeout of %j", async (args, timeoutMs) => {
    const { sandbox, commands } = scriptedSandbox(exited(""));
    await call("shell", { command: "x", ...args }, makeContext("/", { sandbox }));
    expect(commands).toMatchObject([{ timeoutMs }]);
  });

  test.each([
    [{ workdir: "sub" }, "sub"],
    [{ workdir: "" }, ""],
    [{ cwd: "./sub/.." }, ""],
  ])("folder of %j", async (args, folder) => {
    const { sandbox, commands } = scriptedSandbox(exited(""));
    const root = makeFolder({ "sub/file": "" });
    await call("shell", { command: "x", ...args }, makeContext(root, { sandbox }));
    expect(commands).toMatchObject([{ cwd: join(root, folder) }]);
  });

  test.each([
    [{ command: "ls" }, ["bash", "-lc", "ls"]],
    [{ command: ["ls -la"] }, ["bash", "-lc", "ls -la"]],
    [{ command: ["bash", "-c", "ls"] }, ["bash", "-c", "ls"]],
    [{ command: ["ls", "-la"] }, ["ls", "-la"]],
  ])("in a login shell where the user wants it: %j", async (args, argv) => {
    const { sandbox, commands } = scriptedSandbox(exited(""));
    const context = makeContext("/", { sandbox });
    await call("shell", args, { ...context, shell: { ...context.shell, useLoginShell: true } });
    expect(commands).toMatchObject([{ argv }]);
  });

  test("a login shell reads the profile", async () => {
    const cwd = makeFolder({ ".bash_profile": "export FROM_PROFILE=yes\n" });
    const context = makeContext(cwd);
    const outputs = [false, true].map(async (useLoginShell) => {
      const shell = { ...context.shell, useLoginShell };
      return steady((await call("shell", { command: "echo [$FROM_PROFILE]" }, { ...context, shell })).output);
    });
    expect(await Promise.all(outputs)).toEqual(["[]\n[exit 0, T]", "[yes]\n[exit 0, T]"]);
  });

  test.each([
    [{}, undefined],
    [{ with_escalated_permissions: false, justification: "x" }, undefined],
    [{ with_escalated_permissions: true }, {}],
    [{ with_escalated_permissions: "true", justification: "  " }, {}],
    [
      { with_escalated_permissions: true, justification: " needs the network " },
      { justification: "needs the network" },
    ],
  ])("escalation of %j", (args, escalation) => {
    const prepared = prepare("shell", { command: "ls", ...args }, makeContext("/"));
    expect(prepared.kind === "ready" && prepared.effect).toEqual({
      kind: "command",
      argv: ["bash", "-c", "ls"],
      script: "ls",
      cwd: "/",
      ...(escalation === undefined ? {} : { escalation }),
    });
  });

  test.each(["nowhere", "file"])("workdir %s is no folder", async (workdir) => {
    const { sandbox, commands } = scriptedSandbox(exited(""));
    const root = makeFolder({ file: "" });
    const result = await call("shell", { command: "x", workdir }, makeContext(root, { sandbox }));
    expect(result.output).toBe(`the command was not run: workdir is not a directory: ${join(root, workdir)}`);
    expect(commands).toEqual([]);
  });

  test("not after an interrupt", async () => {
    const { sandbox, commands } = scriptedSandbox(exited(""));
    const result = await call(
      "shell",
      { command: "x" },
      makeContext(cwd, { sandbox, signal: AbortSignal.abort() }),
    );
    expect({ result, commands }).toEqual({
      result: { output: "[interrupted by the user]", outcome: { kind: "aborted" } },
      commands: [],
    });
  });
});

describe("what the model reads", () => {
  const ended = (output: string, exitCode = 0, timedOut = false) => ({
    kind: "command-exited" as const,
    exitCode,
    output,
    timedOut,
  });
  const captured = exited("half\n");
  const partial = captured.kind === "exited" ? captured.output : { text: "", totalBytes: 0, totalLines: 0 };
  test.each([
    ["success", exited("a\nb\n"), "a\nb\n[exit 0, T]", ended("a\nb\n")],
    ["no final newline", exited("a"), "a\n[exit 0, T]", ended("a")],
    ["no output", exited(""), "[exit 0, T]", ended("")],
    ["failure", exited("no\n", { exitCode: 1 }), "no\n[exit 1, T]", ended("no\n", 1)],
    [
      "signal",
      exited("", { exitCode: 139, signal: "SIGSEGV" }),
      "[exit 139, killed by SIGSEGV, T]",
      ended("", 139),
    ],
    [
      "time-out",
      exited("half\n", { exitCode: 124, timedOut: true }),
      "half\n[timed out after 120 s; output so far above; a server needs background=true]",
      ended("half\n", 124, true),
    ],
    [
      "time-out without output",
      exited("", { exitCode: 124, timedOut: true }),
      "[timed out after 120 s; no output; a server needs background=true]",
      ended("", 124, true),
    ],
    ["colours", exited("\x1b[31mred\x1b[0m\n"), "red\n[exit 0, T]", ended("red\n")],
    [
      "interrupt",
      { kind: "aborted" as const, output: partial },
      "half\n[interrupted by the user]",
      { kind: "aborted" as const },
    ],
    [
      "no such program",
      { kind: "not-started" as const, reason: "spawn nope ENOENT" },
      "the command could not be started: spawn nope ENOENT",
      { kind: "failed" as const, message: "the command could not be started: spawn nope ENOENT" },
    ],
  ])("%s", async (_name, end, output, outcome) => {
    const { sandbox } = scriptedSandbox(end);
    const result = await call("shell", { command: "x" }, makeContext("/", { sandbox }));
    expect({ ...result, output: steady(result.output) }).toEqual({ output, outcome });
  });

  test("no sandbox", async () => {
    const error = { kind: "sandbox" as const, problem: "missing" as const };
    const { sandbox } = scriptedSandbox({ kind: "refused", error });
    const message = "the command was not run: there is no sandbox to run it in";
    expect(await call("shell", { command: "x" }, makeContext("/", { sandbox }))).toEqual({
      output: message,
      outcome: { kind: "failed", message },
      refused: error,
    });
  });

  test("long output is cut, and what the sandbox dropped is counted", async () => {
    const text = "line\n".repeat(1_000);
    const output = { text, totalBytes: 9_000_000, totalLines: 1_800_000 };
    const { sandbox } = scriptedSandbox({ kind: "exited", exitCode: 0, timedOut: false, output });
    const result = await call("shell", { command: "x" }, makeContext("/", { sandbox }));
    expect(result.output).toContain("\n[... omitted 1799744 of 1800000 lines (8998720 bytes) ...]\n");
    expect(result.outcome).toMatchObject({ totalLines: 1_800_000 });
  });

  test("a real command", async () => {
    const shown: string[] = [];
    const context = makeContext(makeFolder({ "a b.txt": "x" }), { onOutput: (text) => shown.push(text) });
    const result = await call("shell", { command: "ls; echo wrong >&2; exit 3" }, context);
    expect(steady(result.output)).toMatch(/^a b\.txt\nwrong\n\[exit 3, T\]$/);
    expect(shown.join("")).toBe("a b.txt\nwrong\n");
  });
});

test.each([
  [0.4, "0 ms"],
  [12.3, "12 ms"],
  [99.4, "99 ms"],
  [100, "0.1 s"],
  [1_000, "1 s"],
  [1_550, "1.6 s"],
  [75_400, "75 s"],
  [600_000, "600 s"],
])("%d ms is %s", (durationMs, text) => expect(formatDuration(durationMs)).toBe(text));

test("what the sandbox denied is said in a line of its own, and kept for whoever decides what comes next", async () => {
  const denials = [
    { kind: "write", path: "/etc/\u001b[31mx" },
    { kind: "network" },
    { kind: "network", target: "h.io" },
    { kind: "read", path: "/s" },
  ] as const;
  const { sandbox } = scriptedSandbox(exited("no\n", { exitCode: 1, denials }));
  const result = await call("shell", { command: "x" }, makeContext("/", { sandbox }));
  expect(result).toMatchObject({ denials, outcome: { denials } });
  expect(result.output.split("\n").slice(2)).toEqual([
    "[the sandbox denied: writing /etc/x; network; network (h.io); reading /s. The command may be right: do without, or tell the user what it needs]",
  ]);
});
