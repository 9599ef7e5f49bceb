import type { SandboxDenial, SandboxError, ToolAction, ToolOutcome, ToolSpec } from "../protocol/index.ts";
import type { Sandbox } from "../sandbox/index.ts";
import type { FileMemory } from "./files/memory.ts";
import type { ShellSession } from "./shell/background.ts";

/** What a call may use of the session it runs in. */
export interface ToolContext {
  /** Absolute; relative paths of the model start here. */
  readonly cwd: string;
  /** Absolute; what `~` means in a path. Where there is none, it is a name like any other. */
  readonly userHome: string;
  readonly sandbox: Sandbox;
  readonly signal: AbortSignal;
  /** How much of a tool's output goes into the prompt; the same for a whole session. */
  readonly outputLimit: OutputLimit;
  readonly shell: ShellSession;
  /** What the session has seen of the files so far. */
  readonly files: FileMemory;
  onOutput(text: string): void;
}

/** What the agent brings to a call; the tool set adds what belongs to the session. */
export type CallSurroundings = Omit<ToolContext, "outputLimit" | "files" | "shell">;

export interface OutputLimit {
  /** UTF-8. */
  readonly bytes: number;
  readonly lines: number;
}

export interface ToolResult {
  /** What the model reads. */
  readonly output: string;
  readonly outcome: ToolOutcome;
  /** Set where the command was not run because there is no sandbox that works. */
  readonly refused?: SandboxError;
  /** What the sandbox kept a command from; absent where that can't be told with certainty. */
  readonly denials?: readonly SandboxDenial[];
  /** Pictures for the model, as `data:` URIs: a tool's output is text, so they follow it in a message. */
  readonly images?: readonly string[];
}

/** What a call may change, judged before it runs: what approvals, snapshots and the loop guard go by. */
export type CallEffect =
  /** Looks only, or touches nothing but leat's own state. */
  | { readonly kind: "none" }
  /** Absolute paths, as they were named. */
  | { readonly kind: "write"; readonly paths: readonly string[] }
  | {
      readonly kind: "command";
      readonly argv: readonly string[];
      /** Where a shell reads it. */
      readonly script?: string;
      readonly cwd: string;
      /** The model asks to run it without the sandbox, and why. */
      readonly escalation?: { readonly justification?: string };
    };

/** A call that is understood, so that it can be shown and approved before anything happens. */
export type PreparedCall =
  | {
      readonly kind: "ready";
      readonly action: ToolAction;
      readonly effect: CallEffect;
      run(): Promise<ToolResult>;
    }
  | InvalidCall;

export interface InvalidCall {
  readonly kind: "invalid";
  readonly action: ToolAction;
  readonly output: string;
  readonly outcome: ToolOutcome;
  /** The tool, where only its arguments are at fault. */
  readonly spec?: ToolSpec;
}

export interface Tool {
  readonly spec: ToolSpec;
  /** Names of the same tool in other agents, which models remember from their training. */
  readonly aliases: readonly string[];
  /** Its result is no use to a model that was not offered it. */
  readonly onlyWhereOffered?: true;
  prepare(args: Record<string, unknown>, context: ToolContext): PreparedCall;
  /** Arguments for a call whose whole argument text is not JSON; only for texts that can't be mistaken. */
  readText?(text: string): Record<string, unknown> | undefined;
}

export function failedResult(message: string): ToolResult {
  return { output: message, outcome: { kind: "failed", message } };
}

export const INTERRUPTED = "[interrupted by the user]";

export function abortedResult(output = INTERRUPTED): ToolResult {
  return { output, outcome: { kind: "aborted" } };
}

export function invalidCall(name: string, output: string): InvalidCall {
  return {
    kind: "invalid",
    action: { kind: "invalid", name },
    output,
    outcome: { kind: "failed", message: output },
  };
}

/** A call whose arguments can't be used: what is wrong, and what the tool takes. */
export function invalidArguments(spec: ToolSpec, reason: string): InvalidCall {
  const schema = JSON.stringify(spec.parameters);
  const output = `failed to parse function arguments: ${reason}\n${spec.name} takes one JSON object of this schema: ${schema}`;
  return { ...invalidCall(spec.name, output), spec };
}
