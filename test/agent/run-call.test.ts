import { describe, expect, test } from "vitest";
import { type CallDependencies, runCall } from "../../src/agent/run-call.ts";
import { openApprovals } from "../../src/approval/index.ts";
import type { AgentEvent, ApprovalDecision, ApprovalPolicy } from "../../src/protocol/index.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import type { CallEffect, ToolResult } from "../../src/tools/index.ts";
import { call } from "../support/items.ts";

/** One call of a tool with this effect; what happens is written down in order. */
async function run(options: {
  readonly effect: CallEffect;
  readonly policy?: ApprovalPolicy;
  readonly answers?: readonly ApprovalDecision[];
  readonly result?: Partial<ToolResult>;
}) {
  const { effect, policy = "never", answers = [], result = {} } = options;
  const steps: string[] = [];
  const place = (name: string, allowed: boolean) =>
    ({
      name,
      check: async () => undefined,
      checkWrite: (path: string) =>
        allowed || path.startsWith("/w/") ? { allowed: true } : { allowed: false, reason: "outside" },
    }) as unknown as Sandbox & { readonly name: string };
  const outside = place("outside", true);
  const sandbox = { ...place("sandbox", false), unconfined: outside };
  const dependencies: CallDependencies = {
    tools: {
      specs: [],
      running: () => [],
      close: async () => {},
      prepare: async (_call, surroundings) => ({
        kind: "ready",
        action: { kind: "plan" },
        effect,
        run: async () => {
          const { name } = surroundings.sandbox as Sandbox & { readonly name: string };
          steps.push(`run in ${name}`);
          const outcome = { kind: "failed" as const, message: name };
          return { output: name, outcome, ...(name === "sandbox" ? result : {}) };
        },
      }),
    },
    cwd: "/w",
    userHome: "/h",
    openSandbox: async () => sandbox,
    openApprovals: async () =>
      openApprovals({ policy, mode: "workspace-write", readRules: () => [], keepRule: () => undefined }),
    approve: async ({ reason }) => {
      steps.push(`ask: ${reason.kind}`);
      return answers[steps.filter((step) => step.startsWith("ask")).length - 1] ?? "deny";
    },
    keepSnapshot: async () => {
      steps.push("snapshot");
    },
    emit: (event: AgentEvent) => {
      steps.push(event.type);
    },
    signal: new AbortController().signal,
    now: () => 0,
  };
  const { output, isTurnAborted } = await runCall(dependencies, call("1"), {
    arrival: "whole",
    askForArguments: async () => undefined,
  });
  return { steps, output, ...(isTurnAborted === undefined ? {} : { isTurnAborted }) };
}

const test1: CallEffect = { kind: "command", argv: ["npm", "test"], cwd: "/w" };
const look: CallEffect = { kind: "command", argv: ["ls"], cwd: "/w" };
const denied: Partial<ToolResult> = { denials: [{ kind: "network" }] };

describe("one call, step by step", () => {
  test.each<[string, Parameters<typeof run>[0], Awaited<ReturnType<typeof run>>]>([
    [
      "a look takes no snapshot",
      { effect: look },
      { steps: ["tool-started", "run in sandbox", "tool-ended"], output: "sandbox" },
    ],
    [
      "what may change files does, before it runs",
      { effect: test1 },
      { steps: ["tool-started", "snapshot", "run in sandbox", "tool-ended"], output: "sandbox" },
    ],
    [
      "so does an edit",
      { effect: { kind: "write", paths: ["/w/a"] } },
      { steps: ["tool-started", "snapshot", "run in sandbox", "tool-ended"], output: "sandbox" },
    ],
    [
      "an edit outside that was approved is made outside",
      { effect: { kind: "write", paths: ["/etc/a"] }, policy: "on-request", answers: ["approve"] },
      {
        steps: ["ask: outside", "tool-started", "snapshot", "run in outside", "tool-ended"],
        output: "outside",
      },
    ],
    [
      "what the sandbox denied is run again without, if the user allows it",
      { effect: test1, policy: "on-failure", answers: ["approve"], result: denied },
      {
        steps: ["tool-started", "snapshot", "run in sandbox", "ask: denied", "run in outside", "tool-ended"],
        output: "[the sandbox stopped it; run again without, as the user allowed]\noutside",
      },
    ],
    [
      "and its result stands if not",
      { effect: test1, policy: "on-failure", answers: ["deny"], result: denied },
      {
        steps: ["tool-started", "snapshot", "run in sandbox", "ask: denied", "tool-ended"],
        output: "sandbox",
      },
    ],
    [
      "nobody is asked under never",
      { effect: test1, result: denied },
      { steps: ["tool-started", "snapshot", "run in sandbox", "tool-ended"], output: "sandbox" },
    ],
    [
      "a no is the call's result",
      { effect: test1, policy: "untrusted", answers: ["deny"] },
      { steps: ["ask: not-trusted", "tool-started", "tool-ended"], output: "exec command rejected by user" },
    ],
    [
      "the user may end the turn",
      { effect: test1, policy: "untrusted", answers: ["abort"] },
      {
        steps: ["ask: not-trusted", "tool-started", "tool-ended"],
        output: "not run: the user has ended the turn",
        isTurnAborted: true,
      },
    ],
    [
      "also when asked for the second time",
      { effect: test1, policy: "on-failure", answers: ["abort"], result: denied },
      {
        steps: ["tool-started", "snapshot", "run in sandbox", "ask: denied", "tool-ended"],
        output: "sandbox",
        isTurnAborted: true,
      },
    ],
  ])("%s", async (_name, options, expected) => {
    expect(await run(options)).toEqual(expected);
  });
});
