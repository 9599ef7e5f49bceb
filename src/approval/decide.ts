/**
 * The decision table. Approving a command means that it runs, in the sandbox; it leaves the sandbox only where the question
 * was about that. Safe commands are no exception: they run without a question, not without the sandbox.
 */
import type {
  ApprovalPolicy,
  ApprovalReason,
  SandboxDenial,
  SandboxError,
  SandboxMode,
} from "../protocol/index.ts";
import type { StrictRule } from "./rules.ts";
import {
  dangerRejected,
  escalationRejected,
  forbiddenByRule,
  type Place,
  promptImpossible,
  type Question,
  type RefusedPath,
  type Verdict,
  writeRejected,
} from "./verdict.ts";

/**
 * How far what is known of a command reaches without a question, each step with the ones before it: it may run in the
 * sandbox; it may leave it when the model asks for that; it may leave it for whatever reason.
 */
export type Granted = "nothing" | "in-sandbox" | "on-escalation" | "outside";

const STEPS: readonly Granted[] = ["nothing", "in-sandbox", "on-escalation", "outside"];

export function reaches(granted: Granted, needed: Granted): boolean {
  return STEPS.indexOf(granted) >= STEPS.indexOf(needed);
}

export function mostOf(grants: readonly Granted[]): Granted {
  return grants.reduce((most, granted) => (reaches(most, granted) ? most : granted), "nothing");
}

export interface Setting {
  readonly policy: ApprovalPolicy;
  readonly mode: SandboxMode;
}

interface CommandFacts extends Setting {
  /** The part of it that destroys. */
  readonly danger: string | undefined;
  /** The strictest rule that matches and is not answered by an approval of this session. */
  readonly rule: StrictRule | undefined;
  readonly granted: Granted;
  /** The model asks to run it without the sandbox. */
  readonly isEscalated: boolean;
  readonly sandboxMissing: SandboxError | undefined;
}

/** `ask` makes a question of a reason. */
type Ask = (reason: ApprovalReason, place: Place) => Question;

export function decideCommand(facts: CommandFacts, ask: Ask): Verdict {
  const { policy, mode, danger, rule, granted } = facts;
  if (rule?.decision === "forbid") {
    return forbiddenByRule(rule.prefix);
  }
  if (facts.isEscalated && policy !== "on-request") {
    return escalationRejected(policy);
  }
  // Without confinement there is nothing to leave and nothing to miss.
  const isConfined = mode !== "danger-full-access";
  const isEscalated = facts.isEscalated && isConfined;
  const missing = isConfined ? facts.sandboxMissing : undefined;
  if (missing !== undefined && policy === "never") {
    return { kind: "refuse", error: missing };
  }
  const needed = isEscalated ? "on-escalation" : missing === undefined ? "in-sandbox" : "outside";
  const place = needed === "in-sandbox" ? "sandbox" : "outside";
  const isGranted = reaches(granted, needed);
  if (danger !== undefined && !isGranted) {
    return policy === "never" ? dangerRejected(danger) : ask({ kind: "dangerous", what: danger }, place);
  }
  if (rule !== undefined) {
    const { prefix } = rule;
    return policy === "never" ? promptImpossible(prefix) : ask({ kind: "rule", prefix }, place);
  }
  if (isGranted) {
    return { kind: "run", place };
  }
  if (isEscalated) {
    return ask({ kind: "escalation" }, place);
  }
  if (missing !== undefined) {
    return ask({ kind: "no-sandbox", error: missing }, place);
  }
  return policy === "untrusted" ? ask({ kind: "not-trusted" }, place) : { kind: "run", place };
}

/**
 * After the sandbox stopped something: may it be tried again without? Undefined: its result stands. Under `on-request`
 * the model asks for that itself, and a command that only failed has no denials.
 */
export function decideDenied(
  facts: Setting & { readonly granted: Granted; readonly denials: readonly SandboxDenial[] },
  ask: Ask,
): Verdict | undefined {
  const { policy, mode, granted, denials } = facts;
  const retries = policy === "untrusted" || policy === "on-failure";
  if (denials.length === 0 || mode === "danger-full-access" || !retries) {
    return undefined;
  }
  return granted === "outside"
    ? { kind: "run", place: "outside" }
    : ask({ kind: "denied", denials }, "outside");
}

/** An edit by a tool. `refused` are those that the sandbox does not let be written. */
export function decideWrite(
  facts: Setting & { readonly refused: readonly RefusedPath[]; readonly granted: Place | undefined },
  ask: Ask,
): Verdict {
  const { policy, refused, granted } = facts;
  const place = refused.length === 0 ? "sandbox" : "outside";
  if (place === "outside" && policy === "never") {
    return writeRejected(refused);
  }
  if (granted === "outside" || granted === place) {
    return { kind: "run", place };
  }
  if (place === "outside") {
    return ask({ kind: "outside", paths: refused.map(({ path }) => path) }, place);
  }
  return policy === "untrusted" ? ask({ kind: "not-trusted" }, place) : { kind: "run", place };
}
