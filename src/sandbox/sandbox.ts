/** Runs commands as the policy allows, and judges the writes of tools that run in this process. */
import { resolve } from "node:path";
import type { SandboxError, SandboxPolicy } from "../protocol/index.ts";
import type { CapturedOutput } from "./capture.ts";
import { confinement } from "./confinement.ts";
import { existingProtectedPaths, isDirectory, landingPlace, realPath } from "./disk.ts";
import { isPossibleRoot, judgeWrite, PROTECTED_NAMES, type WriteVerdict } from "./policy.ts";
import { missingProgram } from "./probe.ts";
import { type SpawnEnd, spawnProcess, withMergedOutput } from "./spawn.ts";

export interface Sandbox {
  readonly policy: SandboxPolicy;
  /** Cheap and synchronous: is the confining program there at all? undefined: it is, or none is needed. */
  readonly missing: SandboxError | undefined;
  /** Runs a probe, once: undefined if commands can be confined as the policy says. */
  check(): Promise<SandboxError | undefined>;
  /** Runs one command. Never throws for the command's own failure. */
  run(command: SandboxCommand): Promise<CommandEnd>;
  /** May a tool in this process write this absolute path? Symlinks are followed as far as they exist. */
  checkWrite(path: string): WriteVerdict;
}

export interface SandboxCommand {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  onOutput(text: string): void;
}

export type CommandEnd =
  /** A command that timed out has exit code 124. */
  | {
      readonly kind: "exited";
      readonly exitCode: number;
      readonly signal?: string;
      readonly timedOut: boolean;
      readonly output: CapturedOutput;
    }
  | { readonly kind: "aborted"; readonly output: CapturedOutput }
  | { readonly kind: "not-started"; readonly reason: string }
  /** A confined mode and no sandbox that works. */
  | { readonly kind: "refused"; readonly error: SandboxError };

export interface SandboxOptions {
  readonly policy: SandboxPolicy;
  readonly cwd: string;
  /** The environment of the commands. */
  readonly environment: Readonly<Record<string, string>>;
  readonly platform?: NodeJS.Platform;
  /** Where to look for bubblewrap; else the environment's PATH. */
  readonly path?: string;
}

const TIMEOUT_EXIT_CODE = 124;
const PROBE_TIMEOUT_MS = 5000;
const NO_OUTPUT: CapturedOutput = { text: "", totalBytes: 0, totalLines: 0 };

export function createSandbox(options: SandboxOptions): Sandbox {
  const { policy, cwd } = options;
  const roots = fixedRoots(policy);
  const confine = confinement({
    policy,
    roots: roots.map((root) => root.real),
    cwd: realPath(cwd) ?? cwd,
    environment: options.environment,
    platform: options.platform ?? process.platform,
    path: options.path ?? options.environment["PATH"],
  });
  let probe: Promise<SandboxError | undefined> | undefined;

  const run = async (command: SandboxCommand): Promise<CommandEnd> => {
    if (confine.missing !== undefined) return { kind: "refused", error: confine.missing };
    if (command.signal.aborted) return { kind: "aborted", output: NO_OUTPUT };
    if (!isDirectory(command.cwd)) return { kind: "not-started", reason: `${command.cwd}: no such directory` };
    return await confine.run(command, stillInPlace(roots));
  };

  return {
    policy,
    missing: confine.missing,
    check() {
      probe ??= runProbe(run, cwd);
      return probe;
    },
    run,
    checkWrite: (path) => checkWrite(resolve(cwd) === path ? path : absolutePath(path, cwd), policy, roots),
  };
}

export interface UnconfinedOptions {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  onOutput?(text: string): void;
}

/** For leat's own helpers, such as git, and for the mode without a sandbox. Never gives `refused`. */
export async function runUnconfined(
  argv: readonly string[],
  options: UnconfinedOptions,
): Promise<Exclude<CommandEnd, { kind: "refused" }>> {
  const { cwd, environment } = options;
  if (options.signal?.aborted === true) return { kind: "aborted", output: NO_OUTPUT };
  if (!isDirectory(cwd)) return { kind: "not-started", reason: `${cwd}: no such directory` };
  const reason = missingProgram(argv[0] ?? "", { path: environment["PATH"], cwd });
  if (reason !== undefined) return { kind: "not-started", reason };
  return commandEnd(await spawnProcess({ ...options, command: withMergedOutput(argv) }));
}
