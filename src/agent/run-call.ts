import type { AgentEvent, FunctionCallItem, SandboxError } from "../protocol/index.ts";
import type { Sandbox } from "../sandbox/index.ts";
import type { PreparedCall, ToolResult, ToolSet } from "../tools/index.ts";

interface CallDependencies {
  readonly tools: ToolSet;
  readonly cwd: string;
  readonly userHome: string;
  readonly openSandbox: () => Promise<Sandbox>;
  readonly emit: (event: AgentEvent) => void;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** What goes into the history; `refused` if there is no sandbox to run it in. */
export interface CallResult {
  readonly output: string;
  readonly refused?: SandboxError;
}

const CUT_OFF =
  "not run: the arguments were cut off at the output limit. Send a shorter call, or do the work in smaller steps.";

/** Prepares, runs and reports one call. A failure is a result for the model, never an exception. */
export async function runCall(
  dependencies: CallDependencies,
  call: FunctionCallItem,
  circumstances: { readonly isCutOff: boolean },
): Promise<CallResult> {
  const { tools, cwd, userHome, openSandbox, emit, signal, now } = dependencies;
  const callId = call.call_id;
  const onOutput = (text: string) => emit({ type: "tool-output-delta", callId, text });
  const prepared: PreparedCall = circumstances.isCutOff
    ? invalidCall(call.name, CUT_OFF)
    : await tools
        .prepare(
          { name: call.name, arguments: call.arguments },
          { cwd, userHome, sandbox: await openSandbox(), signal, onOutput },
        )
        .catch((error: unknown) => invalidCall(call.name, failureText(error)));
  const { action } = prepared;
  emit({ type: "tool-started", callId, action });
  const startedMs = now();
  const result: ToolResult = prepared.kind === "ready" ? await prepared.run().catch(toolFailed) : prepared;
  const durationMs = now() - startedMs;
  emit({ type: "tool-ended", callId, action, result: result.outcome, durationMs });
  return {
    output: result.output,
    ...(result.refused === undefined ? {} : { refused: result.refused }),
  };
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
