import { isDeepStrictEqual } from "node:util";
import type {
  FunctionCallItem,
  LoopError,
  SandboxError,
  ToolAction,
  ToolOutcome,
} from "../protocol/index.ts";
import type { CallEffect, PreparedCall, ToolResult } from "../tools/index.ts";
import {
  type CallToClear,
  type Clearance,
  type ClearanceDependencies,
  clearCall,
  clearRetry,
  mayChange,
} from "./clearance.ts";
import { failureText } from "./failure-text.ts";
import { landedEffect } from "./landing.ts";
import {
  type Circumstances,
  type Preparation,
  type PrepareDependencies,
  prepareCall,
  prepareOutside,
} from "./prepare-call.ts";

export interface CallDependencies extends PrepareDependencies, ClearanceDependencies {
  /** Called before every call that may change files. */
  readonly keepSnapshot: () => Promise<void>;
  readonly now: () => number;
}

/** What goes into the history, and what was done. `refused` ends the turn: no sandbox to run it in, or a loop. */
export interface CallResult {
  readonly output: string;
  readonly action: ToolAction;
  readonly outcome: ToolOutcome;
  /** Its arguments could be used as they came. */
  readonly understood: boolean;
  /** Pictures that the call shows the model, as `data:` URIs. */
  readonly images?: readonly string[];
  readonly refused?: SandboxError | LoopError;
  /** The user was asked, and wants the turn to end. */
  readonly isTurnAborted?: true;
}

/** Prepares, clears, runs and reports one call. A failure is a result for the model, never an exception. */
export async function runCall(
  dependencies: CallDependencies,
  call: FunctionCallItem,
  circumstances: Circumstances,
): Promise<CallResult> {
  const preparation = await prepareCall(dependencies, call, circumstances);
  const { prepared, note, understood } = preparation;
  const { action } = prepared;
  const finish = (result: ToolResult, durationMs: number): CallResult => {
    dependencies.emit({
      type: "tool-ended",
      callId: call.call_id,
      action,
      result: result.outcome,
      durationMs,
    });
    const { outcome, refused, images } = result;
    return {
      output: `${note}${result.output}`,
      action,
      outcome,
      understood,
      ...(refused === undefined ? {} : { refused }),
      ...(images === undefined ? {} : { images }),
    };
  };
  if (prepared.kind === "invalid") {
    start(dependencies, call, action);
    return finish(prepared, 0);
  }
  const ready: ReadyCall = { call, prepared, preparation, effect: landedEffect(prepared.effect) };
  const clearance = await clear(ready, dependencies);
  start(dependencies, call, action);
  if (clearance.kind !== "run") {
    const result = finish(notRun(clearance), 0);
    return clearance.kind === "aborted" ? { ...result, isTurnAborted: true } : result;
  }
  if (await mayChange(prepared.effect, dependencies)) {
    await dependencies.keepSnapshot();
  }
  const startedMs = dependencies.now();
  const { result, isTurnAborted } = await runCleared(ready, clearance, dependencies);
  const finished = finish(result, dependencies.now() - startedMs);
  return isTurnAborted ? { ...finished, isTurnAborted } : finished;
}

interface ReadyCall {
  readonly call: FunctionCallItem;
  readonly prepared: Extract<PreparedCall, { kind: "ready" }>;
  readonly preparation: Preparation;
  /** Judged and approved with its links followed. */
  readonly effect: CallEffect;
}

async function clear(ready: ReadyCall, dependencies: CallDependencies): Promise<Clearance> {
  try {
    return await clearCall(toClear(ready), await dependencies.openSandbox(), dependencies);
  } catch (error) {
    return { kind: "rejected", message: failureText(error) };
  }
}

interface Ran {
  readonly result: ToolResult;
  readonly isTurnAborted?: true;
}

async function runCleared(
  ready: ReadyCall,
  clearance: Extract<Clearance, { kind: "run" }>,
  dependencies: CallDependencies,
): Promise<Ran> {
  if (clearance.place === "outside") {
    return { result: await runOutside(ready, dependencies) };
  }
  const result = await ready.prepared.run().catch(toolFailed);
  const retry = await clearRetry(toClear(ready), result.denials ?? [], dependencies);
  if (retry?.kind === "aborted") {
    return { result, isTurnAborted: true };
  }
  if (retry?.kind !== "run") {
    return { result };
  }
  const again = await runOutside(ready, dependencies);
  const note = "[the sandbox stopped it; run again without, as the user allowed]";
  return { result: { ...again, output: `${note}\n${again.output}` } };
}

async function runOutside(
  { call, preparation, effect }: ReadyCall,
  dependencies: CallDependencies,
): Promise<ToolResult> {
  const { argumentsText } = preparation;
  const outside = await prepareOutside(dependencies, call, { argumentsText, effect });
  if (outside.kind === "ready" && !isDeepStrictEqual(landedEffect(outside.effect), effect)) {
    return failed("not run: a link on the way has changed since this was approved. Make the call again.");
  }
  return outside.kind === "ready" ? await outside.run().catch(toolFailed) : outside;
}

function toClear({ call, prepared, effect }: ReadyCall): CallToClear {
  return { callId: call.call_id, action: prepared.action, effect };
}

function start({ emit }: CallDependencies, { call_id: callId }: FunctionCallItem, action: ToolAction): void {
  emit({ type: "tool-started", callId, action });
}

function notRun(clearance: Exclude<Clearance, { kind: "run" }>): ToolResult {
  switch (clearance.kind) {
    case "rejected":
      return {
        output: clearance.message,
        outcome: { kind: "failed", message: clearance.shown ?? clearance.message },
      };
    case "aborted":
      return failed("not run: the user has ended the turn");
    case "refused":
      return {
        ...failed("the command was not run: there is no sandbox to run it in"),
        refused: clearance.error,
      };
    default:
      return clearance satisfies never;
  }
}

function toolFailed(error: unknown): ToolResult {
  return failed(failureText(error));
}

function failed(message: string): ToolResult {
  return { output: message, outcome: { kind: "failed", message } };
}
