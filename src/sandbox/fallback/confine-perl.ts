/** One command under the Perl helper, for Linux without bubblewrap. */
import { type CommandEnd, commandEnd } from "../command.ts";
import { setupFailure } from "../confine-linux.ts";
import type { ConfinedRun } from "../confiner.ts";
import { holdProtected } from "../hold.ts";
import { readStatus } from "../linux.ts";
import { gatherLinuxFacts } from "../linux-facts.ts";
import { doesNotStart } from "../probe.ts";
import { startConfined } from "../start.ts";
import { systemCallFilter } from "../system-calls.ts";
import { type HelperMode, helperCommand, helperEnvironment } from "./command.ts";

export interface HelperRun {
  readonly end: CommandEnd;
  /** Of Landlock in the kernel; 0 without. */
  readonly landlockVersion: number;
}

export async function runUnderHelper(
  confined: ConfinedRun,
  helper: { readonly program: string; readonly mode: HelperMode },
): Promise<HelperRun> {
  const { command, environment } = confined;
  // Landlock can't cover a folder, so there a placeholder would only be in the way; but links are put back.
  const hold = holdProtected(helper.mode === "landlock" ? { ...confined, missingPaths: [] } : confined);
  const filter = systemCallFilter(process.arch);
  try {
    const facts = gatherLinuxFacts({
      ...confined,
      program: helper.program,
      canDisableUserNamespaces: true,
      cwd: command.cwd,
      heldPaths: hold.heldPaths,
    });
    const end = await startConfined(command, {
      confine: (argv, firstInputFd) =>
        helperCommand(
          facts,
          { mode: helper.mode, filterFd: filter === undefined ? undefined : firstInputFd },
          argv,
        ),
      environment: helperEnvironment(environment),
      inputs: filter === undefined ? [] : [filter],
      innerProcessGroup: (status) => readStatus(status).childPid,
    });
    const obstacle = setupFailure(end);
    return {
      end: obstacle === undefined ? commandEnd(end) : { kind: "refused", error: doesNotStart(obstacle) },
      landlockVersion: end.kind === "ended" ? readLandlockVersion(end.statusText) : 0,
    };
  } finally {
    hold.release();
  }
}

function readLandlockVersion(status: string): number {
  return Number(/"landlock": *(\d+)/.exec(status)?.[1] ?? 0);
}
