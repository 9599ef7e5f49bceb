/** Starts a confining program around a command: with its output caught, or on leat's own streams. */
import { spawnAttached, withOwnErrorStream } from "./attached.ts";
import type { SandboxCommand } from "./command.ts";
import { type SpawnEnd, type SpawnRequest, spawnProcess, withMergedOutput } from "./spawn.ts";

export interface ConfinedStart {
  /** The command line of the confining program. */
  confine(argv: readonly string[]): string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly innerProcessGroup?: NonNullable<SpawnRequest["innerProcessGroup"]>;
}

export async function startConfined(command: SandboxCommand, start: ConfinedStart): Promise<SpawnEnd> {
  const { confine, ...rest } = start;
  if (command.attached === true) {
    return await spawnAttached({
      ...rest,
      command: confine(withOwnErrorStream(command.argv)),
      cwd: command.cwd,
    });
  }
  return await spawnProcess({
    ...rest,
    command: confine(withMergedOutput(command.argv)),
    cwd: command.cwd,
    timeoutMs: command.timeoutMs,
    signal: command.signal,
    onOutput: (text) => command.onOutput(text),
  });
}
