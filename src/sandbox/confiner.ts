/** What every platform offers: one command, confined. */
import type { SandboxError, SandboxTier } from "../protocol/index.ts";
import type { CommandEnd, SandboxCommand } from "./command.ts";
import type { Protection } from "./protection.ts";

export interface ConfinedRun extends Protection {
  readonly command: SandboxCommand;
  readonly writableRoots: readonly string[];
  readonly networkAccess: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** The roots but `/tmp` and `$TMPDIR`. */
  readonly guardedRoots: readonly string[];
  /** Real paths of existing files and folders that no command may read. */
  readonly hiddenFiles: readonly string[];
  readonly hiddenFolders: readonly string[];
}

export interface Confiner {
  readonly missing: SandboxError | undefined;
  run(run: ConfinedRun): Promise<CommandEnd>;
}

export interface TieredConfiner extends Confiner {
  /** Which way of confining was found to work; `none` before a command ran. */
  tier(): SandboxTier;
}
