/** A command as it is asked for, and how it ended. */
import type { SandboxDenial, SandboxError } from "../protocol/index.ts";
import { spawnAttached, withOwnErrorStream } from "./attached.ts";
import type { CapturedOutput } from "./capture.ts";
import { isDirectory } from "./disk.ts";
import { missingProgram } from "./probe.ts";
import { type SpawnEnd, spawnProcess, withMergedOutput } from "./spawn.ts";

export interface SandboxCommand {
  /** Executed as it is, without a shell. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Standard output and error as they arrive, all of it, also what `CapturedOutput` leaves out. */
  onOutput(text: string): void;
  /** It gets leat's own streams and signals instead: nothing is caught, and it may take its time. */
  readonly attached?: true;
}

export type CommandEnd =
  | {
      readonly kind: "exited";
      /** 124 if it timed out, 128 + n if signal n ended it. */
      readonly exitCode: number;
      readonly signal?: string;
      readonly timedOut: boolean;
      readonly output: CapturedOutput;
      /** What the sandbox kept it from, where that is certain; absent where nothing is. */
      readonly denials?: readonly SandboxDenial[];
    }
  | { readonly kind: "aborted"; readonly output: CapturedOutput }
  | { readonly kind: "not-started"; readonly reason: string }
  /** A confined mode and no sandbox that works. */
  | { readonly kind: "refused"; readonly error: SandboxError };

export type UnconfinedEnd = Exclude<CommandEnd, { readonly kind: "refused" }>;

export interface UnconfinedOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly onOutput?: (text: string) => void;
  readonly attached?: true;
}

const TIMEOUT_EXIT_CODE = 124;

/** For leat's own needs, such as git, and for the mode without a sandbox. */
export async function runDirectly(
  argv: readonly string[],
  options: UnconfinedOptions,
): Promise<UnconfinedEnd> {
  const { cwd, env, attached, ...rest } = options;
  const obstacle =
    obstacleToStart({ cwd, signal: options.signal }) ??
    notStarted(missingProgram(argv[0] ?? "", { path: env["PATH"], cwd }));
  if (obstacle !== undefined) {
    return obstacle;
  }
  if (attached === true) {
    return commandEnd(await spawnAttached({ command: withOwnErrorStream(argv), cwd, environment: env }));
  }
  return commandEnd(await spawnProcess({ ...rest, command: withMergedOutput(argv), cwd, environment: env }));
}

/** What can be said before any process is started. */
export function obstacleToStart(command: {
  readonly cwd: string;
  readonly signal: AbortSignal | undefined;
}): UnconfinedEnd | undefined {
  if (command.signal?.aborted === true) {
    return { kind: "aborted", output: { text: "", totalBytes: 0, totalLines: 0 } };
  }
  return notStarted(isDirectory(command.cwd) ? undefined : `${command.cwd}: no such directory`);
}

export function commandEnd(end: SpawnEnd): UnconfinedEnd {
  if (end.kind === "failed") {
    return { kind: "not-started", reason: end.reason };
  }
  if (end.stopped === "abort") {
    return { kind: "aborted", output: end.output };
  }
  const timedOut = end.stopped === "timeout";
  return {
    kind: "exited",
    exitCode: timedOut ? TIMEOUT_EXIT_CODE : end.exitCode,
    ...(end.signal === undefined ? {} : { signal: end.signal }),
    timedOut,
    output: end.output,
  };
}

function notStarted(reason: string | undefined): UnconfinedEnd | undefined {
  return reason === undefined ? undefined : { kind: "not-started", reason };
}
