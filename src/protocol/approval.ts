/**
 * Asking a person before something is done. The agent asks, a front end answers; `leat exec` has nobody to ask and
 * runs under the policy `never`, which never comes here.
 */
import type { SandboxError } from "./error.ts";
import type { ToolAction } from "./event.ts";
import type { SandboxDenial } from "./sandbox-denial.ts";

/** Answers one question. Rejects never; an aborted signal is answered with `abort`. */
export type Approve = (request: ApprovalRequest, signal: AbortSignal) => Promise<ApprovalDecision>;

export interface ApprovalRequest {
  readonly callId: string;
  readonly action: ToolAction;
  readonly reason: ApprovalReason;
  /** Where it runs once it is approved: `outside` is without the sandbox. */
  readonly place: "sandbox" | "outside";
  /** The model's own words on why it asks. Hostile text, like all of a model's. */
  readonly justification?: string;
  /** The beginning of the command that "always" would stand for, word by word; absent where there is no such beginning. */
  readonly prefix?: readonly string[];
}

export type ApprovalReason =
  /** The policy is to ask before anything that is not known to be harmless. */
  | { readonly kind: "not-trusted" }
  /** A rule of the user's says to ask. */
  | { readonly kind: "rule"; readonly prefix: readonly string[] }
  /** `what` names the part that destroys: `rm -rf`, `git reset`. */
  | { readonly kind: "dangerous"; readonly what: string }
  /** The model wants this call to run without the sandbox. */
  | { readonly kind: "escalation" }
  /** An edit of files that the sandbox does not let be written; absolute paths. */
  | { readonly kind: "outside"; readonly paths: readonly string[] }
  /** The sandbox stopped it: may it be tried again without? */
  | { readonly kind: "denied"; readonly denials: readonly SandboxDenial[] }
  /** There is no sandbox to run it in. */
  | { readonly kind: "no-sandbox"; readonly error: SandboxError };

/**
 * `approve-session`: this prefix is not asked about again in this session. `approve-always`: a rule is written down.
 * `abort`: no, and the turn ends.
 */
export type ApprovalDecision = "approve" | "approve-session" | "approve-always" | "deny" | "abort";

/**
 * A rule by the beginning of a command: `["git", "push"]` holds for `git push` with whatever follows.
 * `allow`: no question. `prompt`: always a question. `forbid`: never run. The strictest rule that matches counts.
 */
export interface PrefixRule {
  readonly prefix: readonly string[];
  readonly decision: "allow" | "prompt" | "forbid";
}
