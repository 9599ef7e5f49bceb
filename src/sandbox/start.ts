/** Starts a confining program around a command: with its output caught, or on leat's own streams. */
import { spawnAttached, withOwnErrorStream } from "./attached.ts";
import type { SandboxCommand } from "./command.ts";
import { type SpawnEnd, type SpawnRequest, spawnProcess, withMergedOutput } from "./spawn.ts";

export interface ConfinedStart {
  /** The command line of the confining program, which finds the filter at this file descriptor. */
  confine(argv: readonly string[], filterFd: number): string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly innerProcessGroup?: NonNullable<SpawnRequest["innerProcessGroup"]>;
  readonly filter?: Uint8Array | undefined;
}

const FILTER_FD = { captured: 4, attached: 5 } as const;

export async function startConfined(command: SandboxCommand, start: ConfinedStart): Promise<SpawnEnd> {
  const { confine, ...rest } = start;
  if (command.attached === true) {
    return await spawnAttached({
      ...rest,
      command: confine(withOwnErrorStream(command.argv), FILTER_FD.attached),
      cwd: command.cwd,
    });
  }
  return await spawnProcess({
    ...rest,
    command: confine(withMergedOutput(command.argv), FILTER_FD.captured),
    cwd: command.cwd,
    timeoutMs: command.timeoutMs,
    signal: command.signal,
    onOutput: (text) => command.onOutput(text),
  });
}
