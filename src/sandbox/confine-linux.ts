/** One command under bubblewrap. */
import { join } from "node:path";
import type { SandboxError } from "../protocol/index.ts";
import { type CommandEnd, commandEnd } from "./command.ts";
import type { ConfinedRun, Confiner } from "./confiner.ts";
import { bubblewrapCommand, failsToDisableUserNamespaces, readStatus } from "./linux.ts";
import { gatherLinuxFacts } from "./linux-facts.ts";
import { holdPlaceholder } from "./placeholder.ts";
import { PROTECTED_NAMES } from "./policy.ts";
import { doesNotStart, findProgram } from "./probe.ts";
import { type SpawnEnd, spawnProcess, withMergedOutput } from "./spawn.ts";

export function linuxConfiner(options: {
  readonly path: string | undefined;
  readonly untrustedRoots: readonly string[];
}): Confiner {
  const program = findProgram("bwrap", options);
  if (program === undefined) {
    const error: SandboxError = { kind: "sandbox", problem: "missing" };
    return { missing: error, run: () => Promise.resolve({ kind: "refused", error }) };
  }
  let canDisableUserNamespaces = true;

  const run = async (confined: ConfinedRun): Promise<CommandEnd> => {
    const end = await spawnBubblewrap(confined, { program, canDisableUserNamespaces });
    const obstacle = setupFailure(end);
    if (obstacle === undefined) {
      return commandEnd(end);
    }
    if (canDisableUserNamespaces && failsToDisableUserNamespaces(obstacle)) {
      // The command was not started, so a second try runs it once.
      canDisableUserNamespaces = false;
      return await run(confined);
    }
    return { kind: "refused", error: doesNotStart(obstacle) };
  };
  return { missing: undefined, run };
}

async function spawnBubblewrap(
  confined: ConfinedRun,
  bubblewrap: { readonly program: string; readonly canDisableUserNamespaces: boolean },
): Promise<SpawnEnd> {
  const { command, guardedRoots, environment } = confined;
  const missingPaths = guardedRoots.flatMap((root) => PROTECTED_NAMES.map((name) => join(root, name)));
  const placeholders = missingPaths.flatMap((path) => holdPlaceholder(path) ?? []);
  try {
    const facts = gatherLinuxFacts({
      ...bubblewrap,
      networkAccess: confined.networkAccess,
      cwd: command.cwd,
      writableRoots: confined.writableRoots,
      heldPaths: placeholders.map(({ path }) => path),
      hiddenFiles: confined.hiddenFiles,
      environment,
    });
    return await spawnProcess({
      command: bubblewrapCommand(facts, withMergedOutput(command.argv)),
      cwd: command.cwd,
      environment,
      timeoutMs: command.timeoutMs,
      signal: command.signal,
      onOutput: (text) => command.onOutput(text),
      innerProcessGroup: (status) => readStatus(status).childPid,
    });
  } finally {
    for (const placeholder of placeholders) {
      placeholder.release();
    }
  }
}

/**
 * bubblewrap's own failure has exit code 1 like many a command's. But it states the command's exit code
 * only if the command was started; and that command is a shell that is always there.
 */
export function setupFailure(end: SpawnEnd): string | undefined {
  if (end.kind === "failed") {
    return undefined;
  }
  const wasStarted = readStatus(end.statusText).exitCode !== undefined;
  if (wasStarted || end.stopped !== undefined || end.signal !== undefined) {
    return undefined;
  }
  return end.errorText;
}
