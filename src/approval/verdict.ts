/** What may happen to a call, and what the model reads where it may not. */
import type { ApprovalPolicy, ApprovalReason, SandboxError } from "../protocol/index.ts";

export interface Command {
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
}

/** `sandbox`: as the sandbox mode says, which may be without confinement. `outside`: without the sandbox of that mode. */
export type Place = "sandbox" | "outside";

export type Verdict =
  | { readonly kind: "run"; readonly place: Place }
  | Question
  /** Not run; `message` is the tool's result, `shown` what a person reads where that is another text. */
  | { readonly kind: "reject"; readonly message: string; readonly shown?: string }
  /** There is no sandbox and nobody to ask: nothing more can be done in this turn. */
  | { readonly kind: "refuse"; readonly error: SandboxError };

export interface Question {
  readonly kind: "ask";
  readonly about: Subject;
  readonly reason: ApprovalReason;
  /** What "always" would stand for; absent where it stands for this very command. */
  readonly prefix?: readonly string[];
  /** Where it runs once it is approved. */
  readonly place: Place;
  /** The tool's result where the answer is no. */
  readonly whenDenied: string;
}

type Subject =
  | { readonly kind: "command"; readonly command: Command }
  | { readonly kind: "write"; readonly paths: readonly string[] };

/** The first lines are Codex's own words, which models may know; what follows says what to do next. */
export const COMMAND_DENIED = "exec command rejected by user";
export const PATCH_DENIED = "patch rejected by user";

export function dangerRejected(what: string): Verdict {
  return reject(
    "dangerous command detected; rejected by user approval settings",
    `The dangerous part is \`${what}\`. Do it another way, or tell the user what you would run and why.`,
  );
}

/** Codex prints the policy in the way of its own source. */
const CODEX_NAMES: Readonly<Record<ApprovalPolicy, string>> = {
  untrusted: "UnlessTrusted",
  "on-failure": "OnFailure",
  "on-request": "OnRequest",
  never: "Never",
};

export function escalationRejected(policy: ApprovalPolicy): Verdict {
  const name = CODEX_NAMES[policy];
  const message = `approval policy is ${name}; reject command — you should not ask for escalated permissions if the approval policy is ${name}`;
  return { kind: "reject", message };
}

export function forbiddenByRule(prefix: readonly string[]): Verdict {
  return reject(
    `policy forbids commands starting with \`${prefix.join(" ")}\``,
    "The user has set this rule. Do it another way, or tell the user what you would run and why.",
  );
}

export function promptImpossible(prefix: readonly string[]): Verdict {
  return reject(
    `approval required by policy rule for commands starting with \`${prefix.join(" ")}\`, but nobody can be asked`,
    "Do it another way, or tell the user what you would run and why.",
  );
}

/** A path that the sandbox does not let be written, and why: the whole mode, not a writable folder, or kept read-only in one. */
export interface RefusedPath {
  readonly path: string;
  readonly reason: "read-only" | "outside" | "protected";
}

export function writeRejected(refused: readonly RefusedPath[]): Verdict {
  const message = "patch rejected: writing outside of the project; rejected by user approval settings";
  const reasons = refused.map(refusal).join("; ");
  // Codex's words, which models know, name a reason that may be another one.
  return {
    kind: "reject",
    message: `${message}\nNot written: ${reasons}.`,
    shown: `not written: ${reasons}`,
  };
}

function refusal({ path, reason }: RefusedPath): string {
  switch (reason) {
    case "read-only":
      return `${path}, since the sandbox is read-only`;
    case "outside":
      return `${path} is outside the writable folders`;
    case "protected":
      return `${path} is protected`;
    default:
      return reason satisfies never;
  }
}

function reject(reason: string, next: string): Verdict {
  return { kind: "reject", message: `exec command rejected: "${reason}"\n${next}` };
}
