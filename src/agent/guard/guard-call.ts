import type { AgentEvent, FunctionCallItem, GuardCounts, Notice } from "../../protocol/index.ts";
import type { CallResult } from "../run-call.ts";
import { callHint, callRefusal, errorHint } from "./advice.ts";
import { createCallWatch, type Finding, type Verdict } from "./repeated-calls.ts";

/** Stands around the calls of a turn, and says to the user and to the model, in steps, that they lead round in a circle. */
export interface CallGuard {
  /** The calls that follow were made without knowing of one another's results. */
  beginResponse(): void;
  /** `refused` in the result ends the turn. */
  guard(call: FunctionCallItem, run: () => Promise<CallResult>): Promise<CallResult>;
  /** The model no longer has its earlier results before it, and may ask for them again. */
  forget(): void;
}

interface Surroundings {
  readonly count: (what: keyof GuardCounts) => void;
  readonly emit: (event: AgentEvent) => void;
}

export function createCallGuard(surroundings: Surroundings): CallGuard {
  const watch = createCallWatch();
  return {
    beginResponse: watch.beginResponse,
    async guard(call, run) {
      const verdict = watch.before(call);
      if (verdict.kind !== "run") {
        return notRun(surroundings, call, verdict);
      }
      const result = await run();
      const { action, outcome, output } = result;
      const finding = watch.after({ ...call, action, outcome, output });
      return finding === undefined ? result : withFinding(surroundings, { call, result, finding });
    },
    forget: watch.forget,
  };
}

function notRun(
  { count, emit }: Surroundings,
  { call_id: callId, name }: FunctionCallItem,
  verdict: Exclude<Verdict, { kind: "run" }>,
): CallResult {
  const { action } = verdict;
  count("refusedCalls");
  if (verdict.kind === "refuse") {
    emit({ type: "notice", notice: { kind: "repeated-call", name, count: verdict.count, step: "refused" } });
  }
  const output = verdict.kind === "refuse" ? callRefusal(verdict) : "not run: the turn ends here.";
  const outcome = { kind: "failed", message: "not run" } as const;
  emit({ type: "tool-started", callId, action });
  emit({ type: "tool-ended", callId, action, result: outcome, durationMs: 0 });
  return {
    output,
    understood: true,
    action,
    outcome,
    ...(verdict.kind === "stop" ? { refused: verdict.error } : {}),
  };
}

function withFinding(
  { count, emit }: Surroundings,
  found: { readonly call: FunctionCallItem; readonly result: CallResult; readonly finding: Finding },
): CallResult {
  const { call, result, finding } = found;
  const say = (notice: Notice) => emit({ type: "notice", notice });
  const { name } = call;
  switch (finding.kind) {
    case "notice-call":
      count("repeatedCalls");
      say({ kind: "repeated-call", name, count: finding.count, step: "noticed" });
      return result;
    case "hint-call":
      count("repeatedCalls");
      say({ kind: "repeated-call", name, count: finding.count, step: "hinted" });
      return withHint(result, callHint({ ...result, ...finding }));
    case "hint-error":
      count("repeatedErrors");
      say({ kind: "repeated-error", count: finding.count });
      return withHint(result, errorHint(finding.count));
    case "stop":
      count("repeatedErrors");
      return { ...result, refused: finding.error };
    default:
      return finding satisfies never;
  }
}

function withHint(result: CallResult, hint: string): CallResult {
  const { output } = result;
  return { ...result, output: `${output}${output === "" || output.endsWith("\n") ? "" : "\n"}${hint}` };
}
