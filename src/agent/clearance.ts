import type { Approvals, Place, Question, Verdict } from "../approval/index.ts";
import type { AgentEvent, Approve, SandboxDenial, SandboxError, ToolAction } from "../protocol/index.ts";
import type { Sandbox } from "../sandbox/index.ts";
import type { CallEffect } from "../tools/index.ts";

/** What a call needs before it runs: the policy's word, and the user's where the policy asks for it. */
export interface ClearanceDependencies {
  /** Made when the first call has to be judged. */
  readonly openApprovals: (emit: (event: AgentEvent) => void) => Promise<Approvals>;
  readonly approve: Approve;
  readonly signal: AbortSignal;
  readonly emit: (event: AgentEvent) => void;
}

export interface CallToClear {
  readonly callId: string;
  readonly action: ToolAction;
  readonly effect: CallEffect;
}

export type Clearance =
  | { readonly kind: "run"; readonly place: Place }
  /** Not run; the model reads why. */
  | { readonly kind: "rejected"; readonly message: string; readonly shown?: string }
  /** The user wants the turn to end. */
  | { readonly kind: "aborted" }
  | { readonly kind: "refused"; readonly error: SandboxError };

export async function clearCall(
  call: CallToClear,
  sandbox: Sandbox,
  dependencies: ClearanceDependencies,
): Promise<Clearance> {
  const { effect } = call;
  if (effect.kind === "none") {
    return { kind: "run", place: "sandbox" };
  }
  const approvals = await dependencies.openApprovals(dependencies.emit);
  return await settle(await judge(effect, sandbox, approvals), call, dependencies);
}

/** May a command that the sandbox stopped be run again without it? undefined: its result stands. */
export async function clearRetry(
  call: CallToClear,
  denials: readonly SandboxDenial[],
  dependencies: ClearanceDependencies,
): Promise<Clearance | undefined> {
  if (call.effect.kind !== "command" || denials.length === 0) {
    return undefined;
  }
  const approvals = await dependencies.openApprovals(dependencies.emit);
  const verdict = await approvals.judgeDenied(call.effect, denials);
  return verdict === undefined ? undefined : await settle(verdict, call, dependencies);
}

/** Whether a call may change files, as far as that is known before it runs. */
export async function mayChange(
  effect: CallEffect,
  { openApprovals, emit }: Pick<ClearanceDependencies, "openApprovals" | "emit">,
): Promise<boolean> {
  switch (effect.kind) {
    case "none":
      return false;
    case "write":
      return true;
    case "command":
      return !(await (await openApprovals(emit)).isReadOnly(effect));
    default:
      return effect satisfies never;
  }
}

async function judge(
  effect: Exclude<CallEffect, { kind: "none" }>,
  sandbox: Sandbox,
  approvals: Approvals,
): Promise<Verdict> {
  if (effect.kind === "write") {
    const { paths } = effect;
    const refused = paths.flatMap((path) => {
      const verdict = sandbox.checkWrite(path);
      return verdict.allowed ? [] : [{ path, reason: verdict.reason }];
    });
    return approvals.judgeWrite({ paths, refused });
  }
  return await approvals.judgeCommand(effect, {
    isEscalated: effect.escalation !== undefined,
    sandboxMissing: await sandbox.check(),
  });
}

async function settle(
  verdict: Verdict,
  call: CallToClear,
  dependencies: ClearanceDependencies,
): Promise<Clearance> {
  switch (verdict.kind) {
    case "run":
      return verdict;
    case "reject":
      return { ...verdict, kind: "rejected" };
    case "refuse":
      return { kind: "refused", error: verdict.error };
    case "ask":
      return await ask(verdict, call, dependencies);
    default:
      return verdict satisfies never;
  }
}

async function ask(
  question: Question,
  { callId, action, effect }: CallToClear,
  { openApprovals, approve, signal, emit }: ClearanceDependencies,
): Promise<Clearance> {
  const { reason, prefix, place, whenDenied } = question;
  const justification = effect.kind === "command" ? effect.escalation?.justification : undefined;
  const decision = await approve(
    {
      callId,
      action,
      reason,
      place,
      ...(justification === undefined ? {} : { justification }),
      ...(prefix === undefined ? {} : { prefix }),
    },
    signal,
  );
  const unkept = (await openApprovals(emit)).record(question, decision);
  if (unkept !== undefined) {
    emit({ type: "notice", notice: { kind: "rule-not-kept", error: unkept } });
  }
  switch (decision) {
    case "approve":
    case "approve-session":
    case "approve-always":
      return { kind: "run", place };
    case "deny":
      return { kind: "rejected", message: whenDenied };
    case "abort":
      return { kind: "aborted" };
    default:
      return decision satisfies never;
  }
}
