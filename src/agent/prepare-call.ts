import type { AgentEvent, FunctionCallItem, ToolSpec } from "../protocol/index.ts";
import type { Sandbox } from "../sandbox/index.ts";
import type { CallEffect, PreparedCall, ToolSet } from "../tools/index.ts";
import { failureText } from "./failure-text.ts";
import { isJsonObject } from "./json-object.ts";
import { onlyAt } from "./landing.ts";

export interface PrepareDependencies {
  readonly tools: ToolSet;
  readonly cwd: string;
  readonly userHome: string;
  readonly openSandbox: () => Promise<Sandbox>;
  readonly emit: (event: AgentEvent) => void;
  readonly signal: AbortSignal;
}

const CUT_OFF =
  "not run: the arguments were cut off at the output limit. Send a shorter call, or do the work in smaller steps.";

export interface Circumstances {
  /**
   * `cut-off`: the response ended at the output limit within this call. `broken`: the wire could not take it for whole;
   * its arguments may still be something that the tool can read, such as a bare patch.
   */
  readonly arrival: "whole" | "broken" | "cut-off";
  /** Called for arguments that can't be used; gets better ones, or undefined. */
  readonly askForArguments: (invalid: InvalidArguments) => Promise<string | undefined>;
}

/** A call of a known tool whose arguments can't be used. */
interface InvalidArguments {
  readonly spec: ToolSpec;
  readonly problem: string;
}

const BROKEN = "not run: the call did not arrive whole. Make it again.";

export interface Preparation {
  readonly prepared: PreparedCall;
  /** What it was prepared from. */
  readonly argumentsText: string;
  /** Stands before the output, where the call is run with other arguments than those in the history. */
  readonly note: string;
  readonly understood: boolean;
}

/** Reads a call; asks for other arguments where those it has can't be used. Nothing runs. */
export async function prepareCall(
  dependencies: PrepareDependencies,
  call: FunctionCallItem,
  { arrival, askForArguments }: Circumstances,
): Promise<Preparation> {
  // Arguments that are whole JSON of a call that is not: what is missing can't be seen, so nothing is run.
  const message =
    arrival === "cut-off"
      ? CUT_OFF
      : arrival === "broken" && isJsonObject(call.arguments)
        ? BROKEN
        : undefined;
  if (message !== undefined) {
    return {
      prepared: invalidCall(call.name, message),
      argumentsText: call.arguments,
      note: "",
      understood: false,
    };
  }
  const prepared = await prepareWith(dependencies, call, call.arguments);
  if (prepared.kind === "ready" || prepared.spec === undefined) {
    return { prepared, argumentsText: call.arguments, note: "", understood: prepared.kind === "ready" };
  }
  const better = await askForArguments({ spec: prepared.spec, problem: prepared.output });
  if (better === undefined) {
    return { prepared, argumentsText: call.arguments, note: "", understood: false };
  }
  return {
    prepared: await prepareWith(dependencies, call, better),
    argumentsText: better,
    note: `[the arguments could not be read; run with ${better}]\n`,
    understood: false,
  };
}

/** The same call, to be run without the sandbox; what it writes, it writes where that was approved. */
export function prepareOutside(
  dependencies: PrepareDependencies,
  call: FunctionCallItem,
  approved: { readonly argumentsText: string; readonly effect: CallEffect },
): Promise<PreparedCall> {
  const { argumentsText, effect } = approved;
  const openSandbox = async () => {
    const { unconfined } = await dependencies.openSandbox();
    return effect.kind === "write" ? onlyAt(effect.paths, unconfined) : unconfined;
  };
  return prepareWith({ ...dependencies, openSandbox }, call, argumentsText);
}

async function prepareWith(
  { tools, cwd, userHome, openSandbox, emit, signal }: PrepareDependencies,
  { name, call_id: callId }: FunctionCallItem,
  argumentsText: string,
): Promise<PreparedCall> {
  const onOutput = (text: string) => emit({ type: "tool-output-delta", callId, text });
  try {
    const sandbox = await openSandbox();
    return await tools.prepare(
      { name, arguments: argumentsText },
      { cwd, userHome, sandbox, signal, onOutput },
    );
  } catch (error) {
    return invalidCall(name, failureText(error));
  }
}

function invalidCall(name: string, message: string): PreparedCall {
  return {
    kind: "invalid",
    action: { kind: "invalid", name },
    output: message,
    outcome: { kind: "failed", message },
  };
}
