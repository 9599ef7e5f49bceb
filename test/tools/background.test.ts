import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { createToolSet, type ToolContext, type ToolResult } from "../../src/tools/index.ts";
import { BackgroundCommands } from "../../src/tools/shell/background.ts";
import { eventually, fallsSilent, isAlive } from "../sandbox/support.ts";
import { noSandbox } from "../support/sandbox.ts";
import { call, exited, makeContext, makeFolder, prepare, realSandbox, scriptedSandbox } from "./support.ts";

/** Durations differ from run to run. */
const steady = (output: string) => output.replace(/[\d.]+ m?s\]$/, "T]");

const opened: BackgroundCommands[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((background) => background.close()));
});

function contextIn(cwd: string, options: Partial<ToolContext> = {}): ToolContext {
  const context = makeContext(cwd, options);
  opened.push(context.shell.background);
  return context;
}

/** Left alone at once, unless the test is about what comes first. */
const start = (context: ToolContext, command: string, firstWaitMs = 0) =>
  call("shell", { command, background: true }, { ...context, shell: { ...context.shell, firstWaitMs } });
const poll = (context: ToolContext, args: object = {}) =>
  call("shell_output", { id: "1", wait: 0, ...args }, context);

async function pollUntil(context: ToolContext, done: (result: ToolResult) => boolean): Promise<ToolResult> {
  let result = await poll(context);
  for (let round = 0; round < 100 && !done(result); round += 1) {
    result = await poll(context, { wait: 100 });
  }
  return result;
}

describe("a command in the background", () => {
  test("is left running, asked, and stopped with its children", async () => {
    const cwd = makeFolder();
    const shown: string[] = [];
    const context = contextIn(cwd, { onOutput: (text) => shown.push(text) });
    const command =
      "echo ready; sleep 600 & echo $! > child; while [ ! -e go ]; do sleep 0.02; done; echo more; wait";
    expect(await start(context, command, 1_000)).toEqual({
      output: "ready\n[running in the background, id 1; look at it with shell_output]",
      outcome: { kind: "command-running", id: "1", output: "ready\n" },
    });
    expect(shown.join("")).toBe("ready\n");
    expect(context.shell.background.running()).toEqual([
      expect.objectContaining({ id: "1", command, startedAt: expect.any(Number) }),
    ]);

    const silent = await poll(context);
    expect({ ...silent, output: steady(silent.output) }).toEqual({
      output: "[no new output; still running after T]",
      outcome: { kind: "command-running", id: "1", output: "" },
    });

    await call("shell", { command: "touch go" }, context);
    const more = await pollUntil(context, ({ output }) => output.includes("more"));
    expect(steady(more.output)).toBe("more\n[still running after T]");

    const stopped = await poll(context, { stop: true });
    expect({ ...stopped, output: steady(stopped.output) }).toEqual({
      output: "[stopped after T]",
      outcome: { kind: "command-stopped", output: "" },
    });
    const child = Number(readFileSync(join(cwd, "child"), "utf8"));
    expect(await eventually(() => !isAlive(child))).toBe(true);
    expect(context.shell.background.running()).toEqual([]);
    expect(steady((await poll(context)).output)).toBe("[stopped after T]");
  });

  test("that ends at once is told as any other, and has no id", async () => {
    const context = contextIn(makeFolder());
    const result = await start(context, "echo no; exit 3", 60_000);
    expect({ ...result, output: steady(result.output) }).toEqual({
      output: "no\n[exit 3, T]",
      outcome: { kind: "command-exited", exitCode: 3, output: "no\n", timedOut: false },
    });
    expect((await poll(context)).output).toBe(
      "there is no background command 1; nothing runs in the background",
    );
  });

  test("that ends later tells its last words once, and its end every time", async () => {
    const context = contextIn(makeFolder());
    await start(context, "while [ ! -e go ]; do sleep 0.02; done; echo end; exit 7");
    const waiting = call("shell_output", { id: 1, wait: 60_000 }, context);
    await call("shell", { command: "touch go" }, context);
    const last = await waiting;
    expect({ ...last, output: steady(last.output) }).toEqual({
      output: "end\n[exit 7, T]",
      outcome: { kind: "command-exited", exitCode: 7, output: "end\n", timedOut: false },
    });
    expect(steady((await poll(context)).output)).toBe("[exit 7, T]");
  });

  test("is not touched by an interrupt of the turn, while it starts or is asked", async () => {
    const interrupt = new AbortController();
    const context = contextIn(makeFolder(), {
      signal: interrupt.signal,
      onOutput: () => interrupt.abort(),
    });
    expect(await start(context, "echo up; sleep 600", 60_000)).toEqual({
      output: "[interrupted by the user]\n[the command goes on in the background, id 1]",
      outcome: { kind: "aborted" },
    });
    expect(context.shell.background.running()).toHaveLength(1);

    const second = new AbortController();
    const waiting = poll({ ...context, signal: second.signal }, { wait: 60_000 });
    second.abort();
    expect(steady((await waiting).output)).toMatch(/still running after T\]$|^\[interrupted/);
    expect(context.shell.background.running()).toHaveLength(1);
  });

  test("keeps the two ends of what nobody asked for", async () => {
    const context = contextIn(makeFolder());
    let all = (await start(context, "seq 1 2000000; echo end; sleep 600")).output;
    await pollUntil(context, ({ output }) => {
      all += output;
      return all.includes("end\n");
    });
    expect(all).toMatch(/\[\.\.\. omitted \d+ of \d+ lines \(\d+ bytes\) \.\.\.\]/);
    expect(all.length).toBeLessThan(200_000);
  });

  test("a control sequence that comes in two halves is none of the output", async () => {
    const context = contextIn(makeFolder());
    await start(
      context,
      "printf 'a\\033[3'; while [ ! -e go ]; do sleep 0.02; done; printf '1mb'; sleep 600",
    );
    await call("shell", { command: "touch go" }, context);
    const { output } = await pollUntil(context, (result) => result.output.includes("b"));
    expect(steady(output)).toMatch(/^a?b\n\[still running after T\]$/);
  });
});

describe("what can't be done", () => {
  test.each([
    [{}, "missing field `id`; nothing runs in the background"],
    [{ id: "" }, "missing field `id`; nothing runs in the background"],
  ])("%j", (args, reason) => {
    const prepared = prepare("shell_output", args, contextIn("/"));
    expect(prepared.kind === "invalid" && prepared.output.split("\n")[0]).toBe(
      `failed to parse function arguments: ${reason}`,
    );
  });

  test("another id: what runs is told", async () => {
    const context = contextIn(makeFolder());
    await start(context, "sleep 600");
    await start(context, "sleep 601\n# a second line");
    expect((await poll(context, { id: "9" })).output).toBe(
      "there is no background command 9; in the background run 1 (sleep 600), 2 (sleep 601)",
    );
  });

  test("typing", async () => {
    const context = contextIn(makeFolder());
    await start(context, "sleep 600");
    const typed = await call("write_stdin", { session_id: 1, chars: "yes\n" }, context);
    expect(typed.output).toMatch(/^nothing can be typed into a command/);
    const asked = await call("write_stdin", { session_id: 1, chars: "", yield_time_ms: 0 }, context);
    expect(asked.outcome.kind).toBe("command-running");
    const ended = await call("write_stdin", { session_id: 1, chars: "\x03" }, context);
    expect(ended.outcome.kind).toBe("command-stopped");
  });

  test("too many at once", async () => {
    const context = contextIn(makeFolder(), { sandbox: endlessSandbox() });
    for (let count = 0; count < 16; count += 1) {
      context.shell.background.start({ sandbox: context.sandbox, argv: ["x"], cwd: "/", command: "x" });
    }
    expect((await start(context, "x")).output).toMatch(
      /^the command was not run: too many run in the background \(1, 2, .+, 16\)\. End one with shell_output and stop=true\.$/,
    );
  });

  test("those that have ended are forgotten in the end", async () => {
    const { sandbox } = scriptedSandbox(exited(""));
    const background = new BackgroundCommands();
    for (let count = 0; count < 40; count += 1) {
      await background.start({ sandbox, argv: ["x"], cwd: "/", command: "x" })?.ended;
    }
    const kept = Array.from({ length: 40 }, (_, index) => background.find(String(index + 1)));
    expect(kept.filter((command) => command !== undefined)).toHaveLength(16 + 1);
  });
});

test.each([
  ["shell_output", { id: "1" }, false],
  ["bash_output", { bash_id: "1" }, false],
  ["BashOutput", { bash_id: "1" }, false],
  ["wait", { id: "1", timeout_ms: 5 }, false],
  ["shell_output", { id: "1", stop: true }, true],
  ["kill", { pid: 1 }, true],
  ["kill_shell", { shell_id: "1" }, true],
  ["KillBash", { shell_id: "1" }, true],
])("%s %j", (name, args, stop) => {
  const prepared = prepare(name, args, contextIn("/"));
  expect([prepared.action, prepared.kind === "ready" && prepared.effect]).toEqual([
    { kind: "poll", id: "1", stop },
    { kind: "none" },
  ]);
});

test("to start one is a command like any other, for approvals", () => {
  const prepared = prepare("shell", { command: "npm start", run_in_background: true }, contextIn("/work"));
  expect(prepared).toMatchObject({
    kind: "ready",
    action: { kind: "command", command: "npm start", cwd: "/work" },
    effect: { kind: "command", argv: ["bash", "-c", "npm start"], script: "npm start", cwd: "/work" },
  });
});

describe("a tool set", () => {
  const run = async (tools: ReturnType<typeof createToolSet>, args: object, cwd: string) => {
    const prepared = await tools.prepare(
      { name: "shell", arguments: JSON.stringify(args) },
      makeContext(cwd),
    );
    return prepared.kind === "ready" ? await prepared.run() : prepared;
  };

  test("ends what runs when it is closed, and starts no more", async () => {
    const tools = createToolSet({ model: "m" });
    expect(tools.running()).toEqual([]);
    const cwd = makeFolder();
    const { output } = await run(tools, { command: "echo $$; sleep 600", background: true }, cwd);
    const pid = Number(output.split("\n")[0]);
    expect(tools.running().map(({ command }) => command)).toEqual(["echo $$; sleep 600"]);
    expect(isAlive(pid)).toBe(true);
    await tools.close();
    expect([tools.running(), isAlive(pid)]).toEqual([[], false]);
    const late = await run(tools, { command: "touch late; sleep 600", background: true }, cwd);
    expect(late.outcome.kind).toBe("command-stopped");
    expect(tools.running()).toEqual([]);
  });

  test("closed before anything ran", async () => {
    const tools = createToolSet({ model: "m" });
    await tools.close();
    const { outcome } = await run(tools, { command: "sleep 600", background: true }, makeFolder());
    expect(outcome.kind).toBe("command-stopped");
  });
});

test.skipIf(noSandbox !== undefined)(
  `in the sandbox, as other commands${noSandbox === undefined ? "" : ` (skipped: ${noSandbox})`}`,
  async () => {
    const cwd = makeFolder();
    const context = contextIn(cwd, {
      sandbox: realSandbox(cwd, { mode: "workspace-write", writableRoots: [cwd], networkAccess: false }),
    });
    const script =
      "touch inside; touch /usr/outside 2>/dev/null || echo kept; (setsid sh -c 'while :; do echo x >> beat; sleep 0.02; done' &); sleep 600";
    expect((await start(context, script, 1_000)).output).toMatch(/^kept\n\[running in the background, id 1;/);
    await poll(context, { stop: true });
    expect(await fallsSilent(() => readFileSync(join(cwd, "beat")).length)).toBe(true);
  },
);

/** Commands that end when they are stopped. */
function endlessSandbox(): Sandbox {
  const { sandbox } = scriptedSandbox(exited(""));
  return {
    ...sandbox,
    unconfined: sandbox,
    run: ({ signal }) =>
      new Promise((resolve) => {
        const output = { text: "", totalBytes: 0, totalLines: 0 };
        signal.addEventListener("abort", () => resolve({ kind: "aborted", output }), { once: true });
      }),
  };
}
