/** What every platform offers: one command, confined. */
import type { SandboxError, SandboxTier } from "../protocol/index.ts";
import type { CommandEnd, SandboxCommand } from "./command.ts";

export interface ConfinedRun {
  readonly command: SandboxCommand;
  readonly writableRoots: readonly string[];
  readonly networkAccess: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** The roots in which `.git` and `.codex` must not even come into being. */
  readonly guardedRoots: readonly string[];
  /** Real paths of existing files that no command may read. */
  readonly hiddenFiles: readonly string[];
}

export interface Confiner {
  readonly missing: SandboxError | undefined;
  run(run: ConfinedRun): Promise<CommandEnd>;
}

export interface TieredConfiner extends Confiner {
  /** Which way of confining was found to work; `none` before a command ran. */
  tier(): SandboxTier;
}
