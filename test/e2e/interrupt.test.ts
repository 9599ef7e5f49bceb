import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RawReply, Reply } from "../../src/practice/index.ts";
import { noSandbox } from "../support/sandbox.ts";
import { createWorkbench } from "./support.ts";

/** Of this run alone: other runs of the tests may be under way on the machine. */
const LONG_SLEEP = `sleep 4217.${process.pid}`;

const hanging: RawReply = {
  headers: { "content-type": "text/event-stream" },
  chunks: ['data: {"choices":[{"index":0,"delta":{"content":"I begin"}}]}\n\n'],
  end: "hang",
};
const firstStep: Reply = {
  reasoning: "a look first",
  text: "I look.",
  calls: [{ name: "update_plan", arguments: { plan: [{ step: "look", status: "in_progress" }] } }],
};

describe("interrupted", () => {
  test("Ctrl-C closes the socket, keeps what came, and tells the truth", async () => {
    const bench = await createWorkbench([hanging]);
    const running = bench.start(["exec", "hi"]);
    await running.sees("I begin");
    running.child.kill("SIGINT");
    const run = await running.ended;
    expect(run.code).toBe(130);
    expect(run.stderr).toContain("interrupted");
    expect(run.stdout).toBe("");
    expect(bench.server.requests[0]?.abortedAtMs).toBeDefined();
    const items = bench.sessionLines().filter((line) => line.type === "response_item");
    expect(items.at(-1)?.payload).toMatchObject({ role: "assistant", content: [{ text: "I begin" }] });
  });

  test("Ctrl-C before the server has answered at all", async () => {
    const bench = await createWorkbench([{ status: 200, delay_ms: 60_000, body: "{}" }]);
    const running = bench.start(["exec", "hi"]);
    await running.sees("> hi");
    while (bench.server.requests.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    running.child.kill("SIGINT");
    expect((await running.ended).code).toBe(130);
  });

  test("Ctrl-C kills a running command with its children", async () => {
    const bench = await createWorkbench([
      { calls: [{ name: "shell", arguments: { command: `${LONG_SLEEP} & ${LONG_SLEEP}; echo never` } }] },
      { text: "not reached" },
    ]);
    const running = bench.start(["exec", "--yolo", "hi"]);
    while (!isRunning(LONG_SLEEP)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    running.child.kill("SIGINT");
    expect((await running.ended).code).toBe(130);
    expect(isRunning(LONG_SLEEP)).toBe(false);
    expect(bench.server.requests).toHaveLength(1);
  });
});

test.skipIf(noSandbox !== undefined).each([
  { signals: ["SIGINT", "SIGINT"], code: 130 },
  { signals: ["SIGTERM", "SIGTERM"], code: 143 },
  { signals: ["SIGHUP"], code: 129 },
] as const)(
  `$signals in mid-command: leat leaves, and nothing of its own stays in the project (${noSandbox ?? "in the sandbox"})`,
  async ({ signals, code }) => {
    const bench = await createWorkbench([
      { calls: [{ name: "shell", arguments: { command: `trap '' TERM INT HUP; ${LONG_SLEEP}` } }] },
    ]);
    rmSync(join(bench.project, ".git"), { recursive: true });
    const running = bench.start(["exec", "--full-auto", "--skip-git-repo-check", "hi"]);
    while (!isRunning(LONG_SLEEP)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(readdirSync(bench.project).sort()).toEqual([".codex", ".git"]);
    for (const signal of signals) {
      running.child.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect((await running.ended).code).toBe(code);
    expect(readdirSync(bench.project)).toEqual([]);
    while (isRunning(LONG_SLEEP)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },
);

test("Ctrl-C twice: a command without a sandbox that ignores the first is not left behind", async () => {
  const bench = await createWorkbench([
    {
      calls: [
        { name: "shell", arguments: { command: `trap '' TERM INT HUP; ${LONG_SLEEP} & ${LONG_SLEEP}` } },
      ],
    },
  ]);
  const running = bench.start(["exec", "--yolo", "hi"]);
  while (!isRunning(LONG_SLEEP)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  running.child.kill("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 30));
  running.child.kill("SIGINT");
  expect((await running.ended).code).toBe(130);
  while (isRunning(LONG_SLEEP)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

test("a place that a killed leat has left is no repository", async () => {
  const bench = await createWorkbench([{ text: "hello" }]);
  rmSync(join(bench.project, ".git"), { recursive: true });
  mkdirSync(join(bench.project, ".git"));
  writeFileSync(join(bench.project, ".git/.leat-1-1"), "");
  const run = await bench.leat(["exec", "hi"]);
  expect(run.stderr).toContain("Not inside a trusted directory");
  expect(run.code).toBe(1);
});

test("kill -9 in mid-turn loses no finished item", async () => {
  const bench = await createWorkbench([firstStep, firstStep, hanging]);
  const running = bench.start(["exec", "hi"]);
  await running.sees("I begin");
  running.child.kill("SIGKILL");
  await running.ended;
  const items = bench.sessionLines().filter((line) => line.type === "response_item");
  const response = ["reasoning", "message", "function_call", "function_call_output"];
  expect(items.map((line) => line.payload["type"])).toEqual(["message", "message", ...response, ...response]);
});

function isRunning(commandLine: string): boolean {
  return readdirSync("/proc").some((name) => {
    if (!/^\d+$/.test(name)) {
      return false;
    }
    try {
      return readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim() === commandLine;
    } catch {
      return false;
    }
  });
}
