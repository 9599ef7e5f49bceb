/** Starts a confining program around a command: with its output caught, or on leat's own streams. */
import { spawnAttached, withOwnErrorStream } from "./attached.ts";
import type { SandboxCommand } from "./command.ts";
import { type OwnWords, type SpawnEnd, type SpawnRequest, spawnProcess, withMergedOutput } from "./spawn.ts";

export interface ConfinedStart {
  /** The command line of the confining program, which finds its inputs from this file descriptor on. */
  confine(argv: readonly string[], firstInputFd: number): string[];
  /** Of the confining program, and of the shell that starts it. They run unconfined, so it must not be the user's. */
  readonly environment: Readonly<Record<string, string>>;
  readonly innerProcessGroup?: NonNullable<SpawnRequest["innerProcessGroup"]>;
  readonly inputs?: readonly Uint8Array[] | undefined;
  readonly ownWords?: OwnWords;
}

const SHELLS: ReadonlySet<string> = new Set(["bash", "sh", "/bin/sh", "/bin/bash"]);

const FIRST_INPUT_FD = { captured: 4, attached: 5 } as const;

export async function startConfined(command: SandboxCommand, start: ConfinedStart): Promise<SpawnEnd> {
  const { confine, ownWords, ...rest } = start;
  if (command.attached === true) {
    return await spawnAttached({
      ...rest,
      command: confine(withOwnErrorStream(command.argv), FIRST_INPUT_FD.attached),
      cwd: command.cwd,
    });
  }
  // A confining program whose words can be told needs no stream of its own for them. Then a shell less is started, where
  // the command is one that is always there.
  const isShell = SHELLS.has(command.argv[0] ?? "");
  const merged = ownWords === undefined || !isShell ? {} : { ownWords };
  const argv = merged.ownWords === undefined ? withMergedOutput(command.argv) : command.argv;
  return await spawnProcess({
    ...rest,
    ...merged,
    command: confine(argv, FIRST_INPUT_FD.captured),
    cwd: command.cwd,
    timeoutMs: command.timeoutMs,
    signal: command.signal,
    onOutput: (text) => command.onOutput(text),
  });
}
