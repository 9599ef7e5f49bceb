import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";
import { runUnconfined } from "../../src/sandbox/index.ts";
import {
  ENVIRONMENT,
  eventually,
  isAlive,
  outcome,
  runScript,
  sandboxFor,
  temporaryFolder,
  writeExecutable,
} from "./support.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

function run(argv: readonly string[], options: { timeoutMs?: number; signal?: AbortSignal } = {}) {
  return runUnconfined(argv, { cwd: folder.path, env: ENVIRONMENT, timeoutMs: 10_000, ...options });
}

function bash(script: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}) {
  return run(["bash", "-c", script], options);
}

test("what was approved outside the sandbox is not what a command has put in its place", async () => {
  const programs = join(folder.path, "node_modules/.bin");
  mkdirSync(programs, { recursive: true });
  writeExecutable(join(programs, "bash"), "#!/bin/sh\necho planted\n");
  writeExecutable(join(programs, "project-tool"), "#!/bin/sh\necho tool\n");
  const environment = { ...ENVIRONMENT, PATH: `${programs}:.:${ENVIRONMENT.PATH}` };
  const { unconfined } = sandboxFor(folder.path, { environment });
  expect(await outcome(runScript(unconfined, "echo own; project-tool", { cwd: folder.path }))).toEqual({
    exitCode: 0,
    text: "own\ntool\n",
  });
});

describe("how it ended", () => {
  test.each<{ name: string; argv: readonly string[]; expected: object }>([
    { name: "0", argv: ["true"], expected: { kind: "exited", exitCode: 0, timedOut: false } },
    { name: "42", argv: ["sh", "-c", "exit 42"], expected: { kind: "exited", exitCode: 42 } },
    {
      name: "a signal",
      argv: ["sh", "-c", "kill -9 $$"],
      expected: { kind: "exited", exitCode: 137, signal: "SIGKILL", timedOut: false },
    },
    {
      name: "arguments are passed as they are",
      argv: ["printf", "%s|", "a b", "$HOME", "'", "", "-n", ";exit"],
      expected: { kind: "exited", exitCode: 0, output: { text: "a b|$HOME|'||-n|;exit|" } },
    },
    {
      name: "no such program",
      argv: ["no-such-program"],
      expected: { kind: "not-started", reason: "no-such-program: not found" },
    },
    { name: "nothing", argv: [], expected: { kind: "not-started", reason: ": not a program name" } },
    {
      name: "an option of the shell's exec is no program",
      argv: ["-a", "true"],
      expected: { kind: "not-started", reason: "-a: not a program name" },
    },
    { name: "a NUL in an argument", argv: ["echo", "a\0b"], expected: { kind: "not-started" } },
    {
      name: "an argument beyond the system's limit",
      argv: ["echo", "x".repeat(1 << 20)],
      expected: { kind: "not-started" },
    },
  ])("$name", async ({ argv, expected }) => {
    expect(await run(argv)).toMatchObject(expected);
  });

  test("the folder is missing", async () => {
    const cwd = join(folder.path, "gone");
    expect(await runUnconfined(["true"], { cwd, env: ENVIRONMENT, timeoutMs: 1000 })).toEqual({
      kind: "not-started",
      reason: `${cwd}: no such directory`,
    });
  });
});

describe("output", () => {
  test.each<{ name: string; script: string; text: string }>([
    {
      name: "order of both streams",
      script: "for i in 1 2 3; do echo o$i; echo e$i >&2; done",
      text: "o1\ne1\no2\ne2\no3\ne3\n",
    },
    { name: "opened by name", script: "echo a > /dev/stderr; echo b | tee /dev/stdout", text: "a\nb\nb\n" },
    {
      name: "a character in two writes",
      script: "printf '\\xe2\\x82'; sleep 0.05; printf '\\xac\\n'",
      text: "€\n",
    },
    { name: "no input to wait for", script: "cat; echo end", text: "end\n" },
    {
      name: "a great deal at the end",
      script: "head -c 400000 /dev/zero | tr '\\0' x",
      text: "x".repeat(400_000),
    },
  ])("$name", async ({ script, text }) => {
    const heard: string[] = [];
    const end = await runScript(sandboxFor(folder.path, { policy: { mode: "danger-full-access" } }), script, {
      cwd: folder.path,
      onOutput: (part) => heard.push(part),
    });
    expect(end).toMatchObject({ kind: "exited", exitCode: 0, output: { text } });
    expect(heard.join("")).toBe(text);
  });

  test("endless output is counted, not kept", async () => {
    const end = await bash("yes", { timeoutMs: 300 });
    if (end.kind !== "exited") {
      throw new Error(end.kind);
    }
    expect(end).toMatchObject({ exitCode: 124, timedOut: true });
    expect(end.output.totalBytes).toBeGreaterThan(2 << 20);
    expect(end.output.text.length).toBeLessThan((1 << 20) + 100);
  });

  test.each([
    ["thirty million NULs", "head -c 30000000 /dev/zero", 30_000_000, 1],
    ["ten million short lines", "yes | head -c 20000000", 20_000_000, 10_000_000],
    ["bytes of no meaning", "head -c 10000000 /dev/urandom", 10_000_000, undefined],
  ])("%s are counted whole, and kept in part", async (_name, script, totalBytes, totalLines) => {
    let heard = 0;
    const end = await runScript(sandboxFor(folder.path, { policy: { mode: "danger-full-access" } }), script, {
      cwd: folder.path,
      onOutput: (part) => {
        heard += part.length;
      },
    });
    if (end.kind !== "exited") {
      throw new Error(end.kind);
    }
    expect(end).toMatchObject({ exitCode: 0, output: { totalBytes } });
    expect(end.output.text.length).toBeLessThan((1 << 20) + 100);
    expect(heard).toBeGreaterThan(totalBytes / 2);
    expect(totalLines ?? end.output.totalLines).toBe(end.output.totalLines);
  });

  test("a command that closes its output is waited for", async () => {
    const end = await bash("echo before; exec >&- 2>&-; sleep 0.3; exit 5");
    expect(end).toMatchObject({ kind: "exited", exitCode: 5, output: { text: "before\n" } });
  });
});

describe("the end of everything it started", () => {
  test("time-out: asked first, and children end too", async () => {
    const end = await bash(
      `sleep 60 & echo $! > ${folder.path}/child; trap 'echo last words; exit 0' TERM; wait`,
      { timeoutMs: 300 },
    );
    expect(end).toMatchObject({
      kind: "exited",
      exitCode: 124,
      timedOut: true,
      output: { text: "last words\n" },
    });
    const child = Number(readFileSync(join(folder.path, "child"), "utf8"));
    expect(await eventually(() => !isAlive(child))).toBe(true);
  });

  test("time-out: what ignores SIGTERM is killed", async () => {
    const end = await bash("trap '' TERM; echo $$; while :; do sleep 0.1; done", { timeoutMs: 200 });
    if (end.kind !== "exited") {
      throw new Error(end.kind);
    }
    expect(end).toMatchObject({ exitCode: 124, timedOut: true });
    expect(await eventually(() => !isAlive(Number(end.output.text)))).toBe(true);
  });

  test("abort: at once, with what came so far", async () => {
    const controller = new AbortController();
    const end = await runUnconfined(["bash", "-c", "echo before; sleep 60; echo after"], {
      cwd: folder.path,
      env: ENVIRONMENT,
      timeoutMs: 30_000,
      signal: controller.signal,
      onOutput: () => controller.abort(),
    });
    expect(end).toMatchObject({ kind: "aborted", output: { text: "before\n" } });
  });

  test("aborted before: nothing is run", async () => {
    const end = await bash("touch aborted-before", { signal: AbortSignal.abort() });
    expect(end.kind).toBe("aborted");
    expect(existsSync(join(folder.path, "aborted-before"))).toBe(false);
  });

  test("this process leaves in the middle", async () => {
    await build({
      entryPoints: [join(import.meta.dirname, "../../src/sandbox/command.ts")],
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: join(folder.path, "command.mjs"),
      logLevel: "silent",
    });
    writeFileSync(
      join(folder.path, "leave.mjs"),
      `import { runDirectly } from "./command.mjs";
       void runDirectly(["bash", "-c", "trap '' TERM; sleep 600 & echo $$ $!; wait"], {
         cwd: ".", env: process.env, timeoutMs: 60000,
         onOutput(text) { process.stdout.write(text, () => process.exit(3)); } });`,
    );
    const end = await run([process.execPath, "leave.mjs"]);
    if (end.kind !== "exited") {
      throw new Error(end.kind);
    }
    expect(end.exitCode).toBe(3);
    const ids = end.output.text.trim().split(" ").map(Number);
    expect(ids).toHaveLength(2);
    expect(await eventually(() => !ids.some(isAlive))).toBe(true);
  });

  test("a background process that holds the output does not hold us, and ends", async () => {
    const end = await bash("sleep 60 & echo $!");
    if (end.kind !== "exited") {
      throw new Error(end.kind);
    }
    expect(end).toMatchObject({ exitCode: 0, timedOut: false });
    expect(await eventually(() => !isAlive(Number(end.output.text)))).toBe(true);
  });

  test("a background process with an output of its own goes on", async () => {
    const end = await bash("sleep 60 >/dev/null 2>&1 & echo $!");
    if (end.kind !== "exited") {
      throw new Error(end.kind);
    }
    const child = Number(end.output.text);
    expect(isAlive(child)).toBe(true);
    process.kill(child, "SIGKILL");
  });
});
