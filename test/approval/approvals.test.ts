import { expect, test } from "vitest";
import { openApprovals, type Question, type Verdict } from "../../src/approval/index.ts";
import type { ApprovalPolicy, PrefixRule, SandboxMode } from "../../src/protocol/index.ts";

interface Setting {
  readonly policy?: ApprovalPolicy;
  readonly mode?: SandboxMode;
  readonly rules?: readonly PrefixRule[];
}

async function open({ policy = "untrusted", mode = "workspace-write", rules = [] }: Setting = {}) {
  const kept: PrefixRule[] = [];
  let reads = 0;
  const approvals = await openApprovals({
    policy,
    mode,
    readRules: () => {
      reads++;
      return rules;
    },
    keepRule(rule) {
      kept.push(rule);
      return undefined;
    },
  });
  return {
    approvals,
    kept,
    reads: () => reads,
    judge: (script: string, isEscalated = false) => approvals.judgeCommand(shell(script), { isEscalated }),
  };
}

function shell(script: string, cwd = "/w") {
  return { argv: ["bash", "-c", script], cwd };
}

function question(verdict: Verdict | undefined): Question {
  if (verdict?.kind !== "ask") {
    throw new Error(`no question but ${JSON.stringify(verdict)}`);
  }
  return verdict;
}

const RUN = { kind: "run", place: "sandbox" };
const RUN_OUTSIDE = { kind: "run", place: "outside" };

function rule(decision: PrefixRule["decision"], prefix: string): PrefixRule {
  return { prefix: prefix.split(" "), decision };
}

test("a question says what it is about, what always would mean, and what the model reads after a no", async () => {
  const { judge } = await open();
  expect(await judge("npm run build -- -w")).toEqual({
    kind: "ask",
    about: { kind: "command", command: shell("npm run build -- -w") },
    reason: { kind: "not-trusted" },
    prefix: ["npm", "run", "build"],
    place: "sandbox",
    whenDenied: "exec command rejected by user",
  });
});

test.each<[string, Setting, string, boolean, string]>([
  [
    "danger",
    { policy: "never" },
    "cd x && rm -rf y",
    false,
    'exec command rejected: "dangerous command detected; rejected by user approval settings"\nThe dangerous part is `rm -rf`. Do it another way, or tell the user what you would run and why.',
  ],
  [
    "escalation under never",
    { policy: "never" },
    "ls",
    true,
    "approval policy is Never; reject command — you should not ask for escalated permissions if the approval policy is Never",
  ],
  [
    "escalation under on-failure",
    { policy: "on-failure" },
    "ls",
    true,
    "approval policy is OnFailure; reject command — you should not ask for escalated permissions if the approval policy is OnFailure",
  ],
  [
    "a rule that forbids",
    { rules: [rule("forbid", "git push")] },
    "git push",
    false,
    'exec command rejected: "policy forbids commands starting with `git push`"\nThe user has set this rule. Do it another way, or tell the user what you would run and why.',
  ],
  [
    "a rule that asks, and nobody there",
    { policy: "never", rules: [rule("prompt", "git push")] },
    "git push",
    false,
    'exec command rejected: "approval required by policy rule for commands starting with `git push`, but nobody can be asked"\nDo it another way, or tell the user what you would run and why.',
  ],
])("what the model reads: %s", async (_, setting, script, isEscalated, message) => {
  const { judge } = await open(setting);
  expect(await judge(script, isEscalated)).toEqual({ kind: "reject", message });
});

test("what the model reads of an edit outside", async () => {
  const { approvals } = await open({ policy: "never" });
  expect(
    approvals.judgeWrite({ paths: ["/w/a", "/etc/b"], refused: [{ path: "/etc/b", reason: "outside" }] }),
  ).toEqual({
    kind: "reject",
    message:
      "patch rejected: writing outside of the project; rejected by user approval settings\nNot written: /etc/b is outside the writable folders.",
    shown: "not written: /etc/b is outside the writable folders",
  });
});

/** `ask` and its reason, or the kind of verdict. */
function brief(verdict: Verdict | undefined): string {
  return verdict?.kind === "ask" ? `ask ${verdict.reason.kind}` : (verdict?.kind ?? "-");
}

test.each<[string, readonly PrefixRule[], string, string]>([
  ["an allowed beginning", [rule("allow", "npm run")], "npm run build", "run"],
  ["another beginning", [rule("allow", "npm run")], "npm test", "ask not-trusted"],
  ["not the beginning of a word", [rule("allow", "npm run")], "npm runx", "ask not-trusted"],
  ["a longer rule than the command", [rule("allow", "npm run build")], "npm run", "ask not-trusted"],
  ["all commands of a script are allowed or safe", [rule("allow", "npm")], "cd x && npm test | tail", "run"],
  ["one command of a script is not", [rule("allow", "npm")], "npm test && make", "ask not-trusted"],
  ["each by a rule of its own", [rule("allow", "npm"), rule("allow", "make")], "npm test && make", "run"],
  [
    "what is written to a file is more than the rule says",
    [rule("allow", "npm")],
    "npm test > x",
    "ask not-trusted",
  ],
  ["so is what is expanded", [rule("allow", "npm")], "npm run $x", "ask not-trusted"],
  ["and what has variables", [rule("allow", "npm")], "X=1 npm test", "ask not-trusted"],
  [
    "allowed is the program of that name, not one at a path",
    [rule("allow", "npm")],
    "./npm test",
    "ask not-trusted",
  ],
  ["what runs it is not allowed with it", [rule("allow", "npm")], "sudo npm test", "ask not-trusted"],
  ["a shell in a shell is not looked into", [rule("allow", "npm")], "bash -c 'npm test'", "ask not-trusted"],
  ["a danger needs a rule that names it", [rule("allow", "rm -rf")], "rm -rf build", "run"],
  ["a rule for the program does not name it", [rule("allow", "rm")], "rm -rf build", "ask dangerous"],
  ["nor one for the subcommand", [rule("allow", "git push")], "git push --force", "ask dangerous"],
  ["without the danger it counts", [rule("allow", "git push")], "git push", "run"],
  ["a named danger in a script", [rule("allow", "rm -rf")], "ls && rm -rf build", "run"],
  [
    "a named danger and another",
    [rule("allow", "rm -rf")],
    "git reset --hard; rm -rf build",
    "ask dangerous",
  ],
  [
    "danger between commands has no rule",
    [rule("allow", "curl"), rule("allow", "sh")],
    "curl x | sh",
    "ask dangerous",
  ],
  ["asking beats allowing", [rule("allow", "npm"), rule("prompt", "npm publish")], "npm publish", "ask rule"],
  ["asking beats being safe", [rule("prompt", "cat")], "cat x", "ask rule"],
  [
    "forbidding beats asking",
    [rule("prompt", "npm"), rule("forbid", "npm publish")],
    "npm publish",
    "reject",
  ],
  [
    "forbidding beats allowing, whatever the order",
    [rule("forbid", "npm publish"), rule("allow", "npm publish")],
    "npm publish",
    "reject",
  ],
  ["one forbidden command forbids the script", [rule("forbid", "npm")], "ls; npm test", "reject"],
  ["also in one that is not plain", [rule("forbid", "npm")], "if x; then npm test > y; fi", "reject"],
  ["in a substitution", [rule("forbid", "npm")], 'echo "$(npm test)"', "reject"],
  ["behind a wrapper", [rule("forbid", "npm")], "sudo nice npm test", "reject"],
  ["in a shell in a shell", [rule("forbid", "npm")], "bash -lc 'npm test'", "reject"],
  ["by its path", [rule("forbid", "npm")], "/usr/bin/npm test", "reject"],
  ["in other quotes", [rule("forbid", "npm test")], "n'p'm \"test\"", "reject"],
  ["asked about in a script that is not plain", [rule("prompt", "npm")], "(npm test)", "ask rule"],
  ["only as a word of another command", [rule("forbid", "npm")], "echo npm", "run"],
])("rules: %s", async (_, rules, script, expected) => {
  const { judge } = await open({ rules });
  expect(brief(await judge(script))).toBe(expected);
});

test("approved once is not approved again", async () => {
  const { approvals, judge, kept } = await open();
  for (const decision of ["approve", "deny", "abort"] as const) {
    approvals.record(question(await judge("npm test")), decision);
  }
  expect([brief(await judge("npm test")), kept]).toEqual(["ask not-trusted", []]);
});

test("for the session: the prefix, and nothing beside it", async () => {
  const { approvals, judge, kept } = await open();
  approvals.record(question(await judge("git push origin main")), "approve-session");
  expect(await judge("git push")).toEqual(RUN);
  expect(await judge("cd x && git push | cat")).toEqual(RUN);
  expect(brief(await judge("git pull"))).toBe("ask not-trusted");
  expect(brief(await judge("git push > x"))).toBe("ask not-trusted");
  expect(brief(await judge("git push --force"))).toBe("ask dangerous");
  expect(kept).toEqual([]);
});

test("without a prefix: this very command in this folder", async () => {
  const { approvals, judge } = await open();
  const asked = question(await judge("rm -rf build"));
  expect(asked.prefix).toBeUndefined();
  approvals.record(asked, "approve-session");
  expect(await judge("rm -rf build")).toEqual(RUN);
  expect(brief(await judge("rm -rf  build"))).toBe("ask dangerous");
  expect(brief(await approvals.judgeCommand(shell("rm -rf build", "/")))).toBe("ask dangerous");
});

test("always: the rule is kept, and holds at once", async () => {
  const { approvals, judge, kept } = await open({ policy: "on-request" });
  approvals.record(question(await judge("npm install", true)), "approve-always");
  expect(kept).toEqual([rule("allow", "npm install")]);
  expect(await judge("npm install x")).toEqual(RUN);
  expect(await judge("npm install x", true)).toEqual(RUN_OUTSIDE);
});

test("always, without a prefix or beside a rule that asks: for the session only", async () => {
  const { approvals, judge, kept } = await open({ rules: [rule("prompt", "npm publish")] });
  approvals.record(question(await judge("npm test > log")), "approve-always");
  approvals.record(question(await judge("npm publish")), "approve-always");
  expect(kept).toEqual([]);
  expect(await judge("npm test > log")).toEqual(RUN);
  expect(await judge("npm publish --dry-run")).toEqual(RUN);
});

test.each<[string, string | undefined]>([
  ["ls && npm test && pwd", "npm test"],
  ["npm test && make all", undefined],
  ["npm test > log", undefined],
  ["npm test $x", undefined],
  ["for f in a; do npm test; done", undefined],
  ["rm -rf x", undefined],
  ["npm test && rm -rf x", undefined],
  ["cargo build 2>&1 | tail -5", "cargo build"],
])("the prefix of a script: %s", async (script, prefix) => {
  const { judge } = await open();
  expect(question(await judge(script)).prefix?.join(" ")).toBe(prefix);
});

test("what was approved inside does not leave the sandbox; what was approved outside may stay in it", async () => {
  const { approvals, judge } = await open({
    policy: "on-request",
    rules: [rule("prompt", "npm test"), rule("prompt", "make all")],
  });
  approvals.record(question(await judge("npm test")), "approve-session");
  approvals.record(question(await judge("make all", true)), "approve-session");
  expect([await judge("npm test"), await judge("make all")]).toEqual([RUN, RUN]);
  expect([brief(await judge("npm test", true)), await judge("make all", true)]).toEqual([
    "ask escalation",
    RUN_OUTSIDE,
  ]);
});

test("a safe command leaves the sandbox only by a question of its own", async () => {
  const { judge } = await open({ policy: "on-request", rules: [rule("allow", "npm test")] });
  expect(await judge("cd x && npm test", true)).toEqual(RUN_OUTSIDE);
  const asked = question(await judge("cat /root/.ssh/id && npm test", true));
  expect([asked.reason, asked.prefix]).toEqual([{ kind: "escalation" }, undefined]);
});

test.each([
  [["bash", "-c", "cd x"], "run outside"],
  [["/bin/zsh", "-c", "cd x"], "run outside"],
  [["zsh", "-c", "cd x"], "ask escalation"],
  [["zsh", "-c", "npm test"], "ask escalation"],
  [["cd", "x"], "ask escalation"],
])(
  "what a command could have put on the PATH does not leave the sandbox unasked: %j",
  async (argv, expected) => {
    const { approvals } = await open({ policy: "on-request", rules: [rule("allow", "npm test")] });
    const verdict = await approvals.judgeCommand({ argv, cwd: "/work" }, { isEscalated: true });
    expect(verdict.kind === "run" ? `run ${verdict.place}` : brief(verdict)).toBe(expected);
  },
);

test("after a denial that was approved for the session, the next one is not asked about", async () => {
  const { approvals } = await open({ policy: "on-failure" });
  const denials = [{ kind: "network" }] as const;
  const asked = question(await approvals.judgeDenied(shell("npm install"), denials));
  expect([asked.reason, asked.prefix, asked.place]).toEqual([
    { kind: "denied", denials },
    ["npm", "install"],
    "outside",
  ]);
  approvals.record(asked, "approve-session");
  expect(await approvals.judgeDenied(shell("npm install x"), denials)).toEqual(RUN_OUTSIDE);
});

test("a command that failed by itself is nothing to ask about", async () => {
  for (const policy of ["untrusted", "on-failure", "on-request", "never"] as const) {
    const { approvals } = await open({ policy });
    expect(await approvals.judgeDenied(shell("npm test"), [])).toBeUndefined();
  }
});

test("edits approved for the session: these files, all of them", async () => {
  const { approvals } = await open();
  const edit = (...paths: readonly string[]) => approvals.judgeWrite({ paths, refused: [] });
  expect(edit("/w/a")).toEqual({
    kind: "ask",
    about: { kind: "write", paths: ["/w/a"] },
    reason: { kind: "not-trusted" },
    place: "sandbox",
    whenDenied: "patch rejected by user",
  });
  approvals.record(question(edit("/w/a", "/w/b")), "approve-session");
  expect([edit("/w/b"), brief(edit("/w/b", "/w/c"))]).toEqual([RUN, "ask not-trusted"]);
});

test("known to change nothing", async () => {
  const { approvals } = await open();
  const scripts = ["ls | head", "git status 2>/dev/null", "touch x", "rm -rf x", "ls > x"];
  const found = await Promise.all(scripts.map((script) => approvals.isReadOnly(shell(script))));
  expect(found).toEqual([true, true, false, false, false]);
});

test("rules are read once, with the first command", async () => {
  const { approvals, judge, reads } = await open();
  approvals.judgeWrite({ paths: ["/w/a"], refused: [] });
  await approvals.isReadOnly(shell("ls"));
  const before = reads();
  await judge("ls");
  await judge("pwd");
  expect([before, reads()]).toEqual([0, 1]);
});
