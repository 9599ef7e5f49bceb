import { describe, expect, test } from "vitest";
import {
  type CallToClear,
  type Clearance,
  clearCall,
  clearRetry,
  mayChange,
} from "../../src/agent/clearance.ts";
import { openApprovals } from "../../src/approval/index.ts";
import type {
  AgentEvent,
  ApprovalDecision,
  ApprovalPolicy,
  ApprovalRequest,
  PrefixRule,
  SandboxError,
  SandboxMode,
} from "../../src/protocol/index.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import type { CallEffect } from "../../src/tools/index.ts";

/** A session in which the user gives these answers, one a question, and is not asked more often. */
function session(options: {
  readonly policy: ApprovalPolicy;
  readonly mode?: SandboxMode;
  readonly answers?: readonly ApprovalDecision[];
  readonly rules?: readonly PrefixRule[];
  readonly missing?: SandboxError;
  readonly cannotWrite?: string;
}) {
  const { policy, mode = "workspace-write", answers = [], rules = [] } = options;
  const asked: ApprovalRequest[] = [];
  const kept: PrefixRule[] = [];
  const events: AgentEvent[] = [];
  const sandbox = {
    check: async () => options.missing,
    checkWrite: (path: string) =>
      path.startsWith("/work/") && options.missing === undefined
        ? { allowed: true }
        : { allowed: false, reason: "outside" },
  } as unknown as Sandbox;
  let approvals: ReturnType<typeof openApprovals> | undefined;
  const dependencies = {
    openApprovals: () => {
      approvals ??= openApprovals({
        policy,
        mode,
        readRules: () => rules,
        keepRule(rule) {
          kept.push(rule);
          return options.cannotWrite === undefined
            ? undefined
            : { kind: "config", problem: { type: "unreadable", path: options.cannotWrite, reason: "full" } };
        },
      });
      return approvals;
    },
    approve: async (request: ApprovalRequest) => {
      asked.push(request);
      return answers[asked.length - 1] ?? expect.fail("asked once more than answers were given");
    },
    signal: new AbortController().signal,
    emit: (event: AgentEvent) => events.push(event),
  };
  return {
    asked,
    kept,
    events,
    clear: (effect: CallEffect) => clearCall(callOf(effect), sandbox, dependencies),
    retry: (effect: CallEffect, denied = true) =>
      clearRetry(callOf(effect), denied ? [{ kind: "write", path: "/etc/x" }] : [], dependencies),
    mayChange: (effect: CallEffect) => mayChange(effect, dependencies),
  };
}

function callOf(effect: CallEffect): CallToClear {
  return { callId: "1", action: { kind: "plan" }, effect };
}

function command(script: string, escalation?: { readonly justification?: string }): CallEffect {
  return {
    kind: "command",
    argv: ["bash", "-c", script],
    script,
    cwd: "/work",
    ...(escalation === undefined ? {} : { escalation }),
  };
}

const inside: Clearance = { kind: "run", place: "sandbox" };
const outside: Clearance = { kind: "run", place: "outside" };
const rejected = (text: string) => ({ kind: "rejected", message: expect.stringContaining(text) });

describe("a call is cleared before it runs", () => {
  test("what changes nothing needs no word, not even under the strictest policy", async () => {
    const { clear } = session({ policy: "untrusted" });
    expect(await clear({ kind: "none" })).toEqual(inside);
    expect(await clear(command("git status && ls -la | head -3"))).toEqual(inside);
  });

  test("untrusted: an unknown command is asked about, and runs in the sandbox", async () => {
    const { clear, asked } = session({ policy: "untrusted", answers: ["approve", "deny", "abort"] });
    expect(await clear(command("npm test"))).toEqual(inside);
    expect(await clear(command("npm test"))).toEqual(rejected("exec command rejected by user"));
    expect(await clear(command("npm test"))).toEqual({ kind: "aborted" });
    expect(asked[0]).toMatchObject({ callId: "1", reason: { kind: "not-trusted" }, place: "sandbox" });
  });

  test("approved for the session: the prefix is not asked about again, others are", async () => {
    const { clear, asked, kept } = session({ policy: "untrusted", answers: ["approve-session", "deny"] });
    expect(await clear(command("cargo build --release"))).toEqual(inside);
    expect(await clear(command("cargo build"))).toEqual(inside);
    expect(await clear(command("cargo publish"))).toEqual(rejected("rejected by user"));
    expect(asked.map(({ prefix }) => prefix)).toEqual([
      ["cargo", "build"],
      ["cargo", "publish"],
    ]);
    expect(kept).toEqual([]);
  });

  test("approved for ever: a rule is kept; what keeps it from that is said", async () => {
    const { clear, kept, events } = session({
      policy: "untrusted",
      answers: ["approve-always"],
      cannotWrite: "/home/leat/rules.toml",
    });
    expect(await clear(command("cargo build"))).toEqual(inside);
    expect(kept).toEqual([{ prefix: ["cargo", "build"], decision: "allow" }]);
    expect(events).toMatchObject([{ type: "notice", notice: { kind: "rule-not-kept" } }]);
  });

  test("on-request: the model may ask to leave the sandbox, with its reason", async () => {
    const { clear, asked } = session({ policy: "on-request", answers: ["approve", "deny"] });
    const escalated = command("npm publish", { justification: "needs the network" });
    expect(await clear(command("npm publish"))).toEqual(inside);
    expect(await clear(escalated)).toEqual(outside);
    expect(await clear(escalated)).toEqual(rejected("exec command rejected by user"));
    expect(asked[0]).toMatchObject({
      reason: { kind: "escalation" },
      place: "outside",
      justification: "needs the network",
    });
  });

  test("never: nobody is asked", async () => {
    const { clear } = session({ policy: "never" });
    expect(await clear(command("npm test"))).toEqual(inside);
    expect(await clear(command("rm -rf /work/dist"))).toEqual(
      rejected("dangerous command detected; rejected by user approval settings"),
    );
    expect(await clear(command("npm test", {}))).toEqual(rejected("approval policy is Never"));
    expect(await clear({ kind: "write", paths: ["/work/a"] })).toEqual(inside);
    expect(await clear({ kind: "write", paths: ["/work/a", "/etc/a"] })).toEqual({
      ...rejected("patch rejected: writing outside of the project; rejected by user approval settings"),
      shown: "not written: /etc/a is outside the writable folders",
    });
  });

  test("an edit outside is asked about, and then written without the sandbox", async () => {
    const { clear, asked } = session({ policy: "on-request", answers: ["approve", "deny"] });
    const edit: CallEffect = { kind: "write", paths: ["/etc/a", "/work/a"] };
    expect(await clear(edit)).toEqual(outside);
    expect(await clear(edit)).toEqual(rejected("patch rejected by user"));
    expect(asked[0]?.reason).toEqual({ kind: "outside", paths: ["/etc/a"] });
  });

  test("rules beat policies", async () => {
    const rules: PrefixRule[] = [
      { prefix: ["rm", "-rf", "dist"], decision: "allow" },
      { prefix: ["git", "push"], decision: "forbid" },
    ];
    const { clear } = session({ policy: "never", rules });
    expect(await clear(command("rm -rf dist"))).toEqual(inside);
    expect(await clear(command("git push origin main"))).toEqual(rejected("git push"));
  });

  test("without a sandbox: never refuses, the others ask", async () => {
    const missing: SandboxError = { kind: "sandbox", problem: "missing" };
    expect(await session({ policy: "never", missing }).clear(command("npm test"))).toEqual({
      kind: "refused",
      error: missing,
    });
    const { clear, asked } = session({ policy: "on-failure", missing, answers: ["approve"] });
    expect(await clear(command("npm test"))).toEqual(outside);
    expect(asked[0]?.reason).toEqual({ kind: "no-sandbox", error: missing });
  });
});

describe("after a command has failed", () => {
  test.each<[ApprovalPolicy, readonly ApprovalDecision[], unknown]>([
    ["on-failure", ["approve"], outside],
    ["untrusted", ["deny"], rejected("rejected by user")],
    ["on-request", [], undefined],
    ["never", [], undefined],
  ])("for what the sandbox denied: %s", async (policy, answers, clearance) => {
    expect(await session({ policy, answers }).retry(command("make install"))).toEqual(clearance);
  });

  test("a failing test is no denial", async () => {
    expect(await session({ policy: "on-failure" }).retry(command("npm test"), false)).toBeUndefined();
  });
});

test.each<[CallEffect, boolean]>([
  [{ kind: "none" }, false],
  [{ kind: "write", paths: ["/work/a"] }, true],
  [command("git diff HEAD~1 | head -20"), false],
  [command("npm test"), true],
  [command("echo x > a"), true],
])("what may change files: %j: %s", async (effect, expected) => {
  expect(await session({ policy: "never" }).mayChange(effect)).toBe(expected);
});
