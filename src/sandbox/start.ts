/** Starts a confining program around a command: with its output caught, or on leat's own streams. */
import { spawnAttached, withOwnErrorStream } from "./attached.ts";
import type { SandboxCommand } from "./command.ts";
import { type SpawnEnd, type SpawnRequest, spawnProcess, withMergedOutput } from "./spawn.ts";

export interface ConfinedStart {
  /** The command line of the confining program, which finds its inputs from this file descriptor on. */
  confine(argv: readonly string[], firstInputFd: number): string[];
  /** Of the confining program, and of the shell that starts it. They run unconfined, so it must not be the user's. */
  readonly environment: Readonly<Record<string, string>>;
  readonly innerProcessGroup?: NonNullable<SpawnRequest["innerProcessGroup"]>;
  readonly inputs?: readonly Uint8Array[] | undefined;
}

const FIRST_INPUT_FD = { captured: 4, attached: 5 } as const;

export async function startConfined(command: SandboxCommand, start: ConfinedStart): Promise<SpawnEnd> {
  const { confine, ...rest } = start;
  if (command.attached === true) {
    return await spawnAttached({
      ...rest,
      command: confine(withOwnErrorStream(command.argv), FIRST_INPUT_FD.attached),
      cwd: command.cwd,
    });
  }
  return await spawnProcess({
    ...rest,
    command: confine(withMergedOutput(command.argv), FIRST_INPUT_FD.captured),
    cwd: command.cwd,
    timeoutMs: command.timeoutMs,
    signal: command.signal,
    onOutput: (text) => command.onOutput(text),
  });
}
