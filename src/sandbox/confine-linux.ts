/** One command under bubblewrap. */
import type { SandboxError } from "../protocol/index.ts";
import { type CommandEnd, commandEnd } from "./command.ts";
import type { ConfinedRun, Confiner } from "./confiner.ts";
import { linkStatus } from "./disk.ts";
import { holdProtected } from "./hold.ts";
import { bubblewrapCommand, failsToDisableUserNamespaces, readStatus, variableArguments } from "./linux.ts";
import { gatherLinuxFacts } from "./linux-facts.ts";
import { doesNotStart, findProgram } from "./probe.ts";
import { sweepLeavings } from "./sockets.ts";
import type { SpawnEnd } from "./spawn.ts";
import { startConfined } from "./start.ts";
import { systemCallFilter } from "./system-calls.ts";

export function linuxConfiner(options: {
  readonly path: string | undefined;
  readonly untrustedRoots: readonly string[];
}): Confiner {
  const program = findProgram("bwrap", options);
  if (program === undefined) {
    // With the whole disk as a root, there is no place for it that root's commands could not write.
    const error: SandboxError = options.untrustedRoots.includes("/")
      ? doesNotStart("it could be replaced by commands, since the whole disk is writable for them")
      : { kind: "sandbox", problem: "missing" };
    return { missing: error, run: () => Promise.resolve({ kind: "refused", error }) };
  }
  let canDisableUserNamespaces = true;

  const run = async (confined: ConfinedRun, triesLeft = MOST_TRIES): Promise<CommandEnd> => {
    const { end, masks } = await spawnBubblewrap(confined, { program, canDisableUserNamespaces });
    const obstacle = setupFailure(end);
    if (obstacle === undefined) {
      return commandEnd(end);
    }
    if (canDisableUserNamespaces && failsToDisableUserNamespaces(obstacle)) {
      // The command was not started, so a second try runs it once.
      canDisableUserNamespaces = false;
      return await run(confined);
    }
    if (triesLeft > 0 && masks.some((path) => linkStatus(path) === undefined)) {
      return await run(confined, triesLeft - 1);
    }
    return { kind: "refused", error: doesNotStart(obstacle) };
  };
  return { missing: undefined, run };
}

/** A socket that was to be covered may go between the look and the mount; there, bubblewrap fails. */
const MOST_TRIES = 3;

async function spawnBubblewrap(
  confined: ConfinedRun,
  bubblewrap: { readonly program: string; readonly canDisableUserNamespaces: boolean },
): Promise<{ readonly end: SpawnEnd; readonly masks: readonly string[] }> {
  const { command, environment } = confined;
  const hold = holdProtected(confined);
  const filter = systemCallFilter(process.arch);
  let masks: readonly string[] = [];
  try {
    const facts = gatherLinuxFacts({
      ...confined,
      ...bubblewrap,
      cwd: command.cwd,
      heldPaths: hold.heldPaths,
    });
    masks = facts.maskedFiles;
    const end = await startConfined(command, {
      confine: (argv, firstInputFd) =>
        bubblewrapCommand(
          {
            ...facts,
            variablesFd: firstInputFd,
            filterFd: filter === undefined ? undefined : firstInputFd + 1,
          },
          argv,
        ),
      // A library path of the user's may lead to where a command can write, and bubblewrap itself runs unconfined.
      environment: {},
      inputs: [variableArguments(environment), ...(filter === undefined ? [] : [filter])],
      innerProcessGroup: (status) => readStatus(status).childPid,
      ownWords: { prefix: "bwrap: ", wasStarted: (status) => readStatus(status).exitCode !== undefined },
    });
    return { end, masks };
  } finally {
    hold.release();
    sweepLeavings(masks);
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
  // Where the command did not start, all that was said is said by what should have started it.
  return end.errorText === "" ? end.output.text : end.errorText;
}
