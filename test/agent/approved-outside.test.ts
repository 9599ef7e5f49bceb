/** Approvals are for where a call leads in truth, also when a link on the way is changed in between. */
import { mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCall } from "../../src/agent/run-call.ts";
import { openApprovals } from "../../src/approval/index.ts";
import type { ApprovalDecision, ApprovalRequest } from "../../src/protocol/index.ts";
import { openSandbox } from "../../src/sandbox/index.ts";
import { createToolSet } from "../../src/tools/index.ts";
import { call } from "../support/items.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** A workspace with `link`, which leads to `meant`; both of them, and `other`, lie outside of it. */
async function workspace(answer: (request: ApprovalRequest, swap: () => void) => ApprovalDecision) {
  const folder = realpathSync(tempFolder());
  const at = (name: string) => join(folder, name);
  for (const name of ["work", "meant", "other"]) {
    mkdirSync(at(name));
  }
  symlinkSync(at("meant"), at("work/link"));
  const swap = () => {
    rmSync(at("work/link"));
    symlinkSync(at("other"), at("work/link"));
  };
  const policy = { mode: "workspace-write", writableRoots: [at("work")], networkAccess: false } as const;
  const environment = { PATH: "/usr/bin:/bin", HOME: at("home") };
  const sandbox = await openSandbox({ policy, cwd: at("work"), environment });
  const approvals = openApprovals({
    policy: "on-request",
    mode: policy.mode,
    readRules: () => [],
    keepRule: () => undefined,
  });
  const asked: ApprovalRequest[] = [];
  const dependencies = {
    tools: createToolSet({ model: "test" }),
    cwd: at("work"),
    userHome: at("home"),
    openSandbox: async () => sandbox,
    openApprovals: () => approvals,
    approve: async (request: ApprovalRequest) => {
      asked.push(request);
      return answer(request, swap);
    },
    keepSnapshot: async () => {},
    signal: new AbortController().signal,
    emit: () => {},
    now: () => 0,
  };
  let count = 0;
  return {
    at,
    swap,
    asked,
    run: async (name: string, args: object) => {
      count += 1;
      const item = call(String(count), name, JSON.stringify(args));
      return await runCall(dependencies, item, {
        arrival: "whole",
        askForArguments: async () => undefined,
      });
    },
    written: () => ({ meant: readdirSync(at("meant")), other: readdirSync(at("other")) }),
  };
}

const CHANGED = "not run: a link on the way has changed since this was approved. Make the call again.";

describe("what was approved outside the sandbox", () => {
  test("is named by where it leads, and written there", async () => {
    const { run, asked, at, written } = await workspace(() => "approve");
    expect((await run("write_file", { path: "link/a", content: "x" })).outcome.kind).toBe("files-changed");
    expect(asked.map(({ reason }) => reason)).toEqual([{ kind: "outside", paths: [at("meant/a")] }]);
    expect(written()).toEqual({ meant: ["a"], other: [] });
  });

  test.each([
    ["write_file", { path: "link/a", content: "x" }],
    ["shell", { command: "touch a", workdir: "link", with_escalated_permissions: true }],
  ])("does not follow a link that changes during the question: %s", async (name, args) => {
    const { run, written } = await workspace((_, swap) => {
      swap();
      return "approve";
    });
    expect((await run(name, args)).output).toBe(CHANGED);
    expect(written()).toEqual({ meant: [], other: [] });
  });

  test.each([
    ["write_file", { path: "link/a", content: "x" }],
    ["shell", { command: "touch a; true", workdir: "link", with_escalated_permissions: true }],
  ])("for the session, is not approved elsewhere: %s", async (name, args) => {
    const answers: ApprovalDecision[] = ["deny", "approve-session"];
    const { run, swap, written } = await workspace(() => answers.pop() ?? expect.fail("asked too often"));
    await run(name, args);
    await run(name, args);
    expect(written()).toEqual({ meant: ["a"], other: [] });
    swap();
    expect((await run(name, args)).output).toMatch(/rejected by user/);
    expect(written()).toEqual({ meant: ["a"], other: [] });
  });
});
