import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Approvals, createApprovals } from "../../src/approval/approvals.ts";
import type { Command, Place, Question, Verdict } from "../../src/approval/index.ts";
import type { ApprovalPolicy, PrefixRule, SandboxError, SandboxMode } from "../../src/protocol/index.ts";

const POLICIES: readonly ApprovalPolicy[] = ["untrusted", "on-failure", "on-request", "never"];
const MODES: readonly SandboxMode[] = ["read-only", "workspace-write", "danger-full-access"];
const COMMANDS = {
  safe: { script: "ls -la", prefix: ["ls"] },
  unknown: { script: "npm test", prefix: ["npm", "test"] },
  dangerous: { script: "rm -rf build", prefix: ["rm", "-rf"] },
} as const;
const MISSING: SandboxError = { kind: "sandbox", problem: "missing" };

interface Circumstances {
  readonly isEscalated?: true;
  readonly sandboxMissing?: SandboxError;
  readonly rule?: PrefixRule["decision"];
  /** The user has approved this command for the session, on a question about this place. */
  readonly approved?: Place;
}

const CIRCUMSTANCES: Readonly<Record<string, Circumstances>> = {
  "as it is": {},
  escalated: { isEscalated: true },
  "no sandbox": { sandboxMissing: MISSING },
  "allow rule": { rule: "allow" },
  "allow, escalated": { rule: "allow", isEscalated: true },
  "allow, no sandbox": { rule: "allow", sandboxMissing: MISSING },
  "prompt rule": { rule: "prompt" },
  "prompt, approved": { rule: "prompt", approved: "sandbox" },
  "forbid rule": { rule: "forbid" },
  "forbid, approved": { rule: "forbid", approved: "outside" },
  approved: { approved: "sandbox" },
  "approved, escalated": { approved: "sandbox", isEscalated: true },
  "approved, no sandbox": { approved: "sandbox", sandboxMissing: MISSING },
  "approved outside": { approved: "outside" },
  "outside, escalated": { approved: "outside", isEscalated: true },
  "outside, no sandbox": { approved: "outside", sandboxMissing: MISSING },
};

function commandOf(script: string): Command {
  return { argv: ["bash", "-c", script], cwd: "/w" };
}

function makeApprovals(policy: ApprovalPolicy, mode: SandboxMode, rules: readonly PrefixRule[]): Approvals {
  return createApprovals({ policy, mode, readRules: () => rules, keepRule: () => {} });
}

/** A question as it was asked about this command, in whatever session that was. */
function questionAbout(command: Command, place: Place): Question {
  return {
    kind: "ask",
    about: { kind: "command", command },
    reason: { kind: "not-trusted" },
    place,
    whenDenied: "",
  };
}

/** `run`, `ask dangerous`, `reject (dangerous)`; `^` for what runs, or would, outside of the sandbox. */
function brief(verdict: Verdict | undefined): string {
  switch (verdict?.kind) {
    case undefined:
      return "-";
    case "run":
      return `run${outside(verdict.place)}`;
    case "ask":
      return `ask ${verdict.reason.kind}${outside(verdict.place)}`;
    case "reject":
      return `reject ${rejection(verdict.message)}`;
    case "refuse":
      return "refuse";
  }
}

function outside(place: Place): string {
  return place === "outside" ? "^" : "";
}

function rejection(message: string): string {
  const words = {
    "dangerous command detected": "dangerous",
    "approval policy is": "escalation",
    "policy forbids": "forbidden",
    "approval required": "prompt",
    "patch rejected": "outside",
  };
  return Object.entries(words).find(([text]) => message.includes(text))?.[1] ?? message;
}

/** Columns as wide as they have to be. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

async function commandTable(policy: ApprovalPolicy): Promise<string> {
  const columns = MODES.flatMap((mode) =>
    Object.keys(COMMANDS).map((kind) => ({ mode, kind: kind as keyof typeof COMMANDS })),
  );
  const rows = Object.entries(CIRCUMSTANCES).map(async ([name, circumstances]) => [
    name,
    ...(await Promise.all(
      columns.map(async ({ mode, kind }) => {
        const { script, prefix } = COMMANDS[kind];
        const { rule, approved, ...facts } = circumstances;
        const approvals = makeApprovals(policy, mode, rule === undefined ? [] : [{ prefix, decision: rule }]);
        if (approved !== undefined) {
          approvals.record(questionAbout(commandOf(script), approved), "approve-session");
        }
        return brief(await approvals.judgeCommand(commandOf(script), facts));
      }),
    )),
  ]);
  const head = ["", ...columns.map(({ mode, kind }) => (kind === "safe" ? `${mode}: ${kind}` : kind))];
  return `## ${policy}\n\n${table([head, ...(await Promise.all(rows))])}\n`;
}

async function deniedTable(): Promise<string> {
  const cases = {
    "as it is": undefined,
    "allow rule": "allow",
    approved: "sandbox",
    "approved outside": "outside",
  } as const;
  const rows = Object.entries(cases).map(async ([name, known]) => [
    name,
    ...(await Promise.all(
      POLICIES.flatMap((policy) =>
        MODES.map(async (mode) => {
          const command = commandOf("npm test");
          const approvals = makeApprovals(
            policy,
            mode,
            known === "allow" ? [{ prefix: ["npm"], decision: "allow" }] : [],
          );
          if (known === "sandbox" || known === "outside") {
            approvals.record(questionAbout(command, known), "approve-session");
          }
          return brief(await approvals.judgeDenied(command, [{ kind: "write", path: "/etc/x" }]));
        }),
      ),
    )),
  ]);
  const head = [
    "",
    ...POLICIES.flatMap((policy) => MODES.map((mode, index) => (index === 0 ? `${policy}: ${mode}` : mode))),
  ];
  return `## after the sandbox stopped something (-: the result stands)\n\n${table([head, ...(await Promise.all(rows))])}\n`;
}

function writeTable(): string {
  const cases = {
    inside: { refused: [] },
    outside: { refused: ["/etc/a"] },
    "inside, approved": { refused: [], approved: "sandbox" },
    "outside, approved inside": { refused: ["/etc/a"], approved: "sandbox" },
    "outside, approved": { refused: ["/etc/a"], approved: "outside" },
    "inside, approved outside": { refused: [], approved: "outside" },
  } as const;
  const rows = Object.entries(cases).map(([name, { refused, ...more }]) => [
    name,
    ...POLICIES.flatMap((policy) =>
      MODES.map((mode) => {
        const approvals = makeApprovals(policy, mode, []);
        const paths = ["/etc/a", "/w/b"];
        if ("approved" in more) {
          approvals.record(
            {
              kind: "ask",
              about: { kind: "write", paths },
              reason: { kind: "not-trusted" },
              place: more.approved,
              whenDenied: "",
            },
            "approve-session",
          );
        }
        return brief(
          approvals.judgeWrite({
            paths,
            refused: refused.map((path) => ({ path, reason: "outside" as const })),
          }),
        );
      }),
    ),
  ]);
  const head = [
    "",
    ...POLICIES.flatMap((policy) => MODES.map((mode, index) => (index === 0 ? `${policy}: ${mode}` : mode))),
  ];
  return `## edits\n\n${table([head, ...rows])}\n`;
}

const INTRODUCTION = `What becomes of a command or an edit, by policy, mode and class: run, ask (and about what), reject (the model is told why),
refuse (the turn ends). ^: outside of the sandbox. "approved": for the session, on a question that was not about leaving
the sandbox; "approved outside": on one that was.
`;

test("every policy, mode and class in all circumstances", async () => {
  const tables = await Promise.all(POLICIES.map(commandTable));
  const text = [INTRODUCTION, ...tables, await deniedTable(), writeTable()].join("\n");
  expect(text).toBe(readFileSync(join(import.meta.dirname, "../../fixtures/commands/decisions.txt"), "utf8"));
});
