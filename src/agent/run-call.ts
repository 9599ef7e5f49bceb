import type {
  AgentEvent,
  FunctionCallItem,
  LoopError,
  SandboxError,
  ToolAction,
  ToolOutcome,
  ToolSpec,
} from "../protocol/index.ts";
import type { Sandbox } from "../sandbox/index.ts";
import type { PreparedCall, ToolResult, ToolSet } from "../tools/index.ts";
import { isJsonObject } from "./json-object.ts";

interface CallDependencies {
  readonly tools: ToolSet;
  readonly cwd: string;
  readonly userHome: string;
  readonly openSandbox: () => Promise<Sandbox>;
  readonly emit: (event: AgentEvent) => void;
  readonly signal: AbortSignal;
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

/** Prepares, runs and reports one call. A failure is a result for the model, never an exception. */
export async function runCall(
  dependencies: CallDependencies,
  call: FunctionCallItem,
  circumstances: Circumstances,
): Promise<CallResult> {
  const { emit, now } = dependencies;
  const callId = call.call_id;
  const { prepared, note, understood } = await prepare(dependencies, call, circumstances);
  const { action } = prepared;
  emit({ type: "tool-started", callId, action });
  const startedMs = now();
  const result: ToolResult = prepared.kind === "ready" ? await prepared.run().catch(toolFailed) : prepared;
  const durationMs = now() - startedMs;
  emit({ type: "tool-ended", callId, action, result: result.outcome, durationMs });
  return {
    output: `${note}${result.output}`,
    action,
    outcome: result.outcome,
    understood,
    ...(result.refused === undefined ? {} : { refused: result.refused }),
    ...(result.images === undefined ? {} : { images: result.images }),
  };
}

interface Preparation {
  readonly prepared: PreparedCall;
  /** Stands before the output, where the call is run with other arguments than those in the history. */
  readonly note: string;
  readonly understood: boolean;
}

async function prepare(
  dependencies: CallDependencies,
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
    return { prepared: invalidCall(call.name, message), note: "", understood: false };
  }
  const prepared = await prepareWith(dependencies, call, call.arguments);
  if (prepared.kind === "ready" || prepared.spec === undefined) {
    return { prepared, note: "", understood: prepared.kind === "ready" };
  }
  const better = await askForArguments({ spec: prepared.spec, problem: prepared.output });
  if (better === undefined) {
    return { prepared, note: "", understood: false };
  }
  return {
    prepared: await prepareWith(dependencies, call, better),
    note: `[the arguments could not be read; run with ${better}]\n`,
    understood: false,
  };
}

async function prepareWith(
  { tools, cwd, userHome, openSandbox, emit, signal }: CallDependencies,
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

/** A mistake in a tool costs the call, not the turn. */
function toolFailed(error: unknown): ToolResult {
  const message = failureText(error);
  return { output: message, outcome: { kind: "failed", message } };
}

function failureText(error: unknown): string {
  return `the tool failed: ${error instanceof Error ? error.message : String(error)}`;
}

function invalidCall(name: string, message: string): PreparedCall {
  return {
    kind: "invalid",
    action: { kind: "invalid", name },
    output: message,
    outcome: { kind: "failed", message },
  };
}
