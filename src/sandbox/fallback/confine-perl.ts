/** One command under the Perl helper, for Linux without bubblewrap. */
import { join } from "node:path";
import { type CommandEnd, commandEnd } from "../command.ts";
import { setupFailure } from "../confine-linux.ts";
import type { ConfinedRun } from "../confiner.ts";
import { readStatus } from "../linux.ts";
import { gatherLinuxFacts } from "../linux-facts.ts";
import { holdPlaceholder } from "../placeholder.ts";
import { PROTECTED_NAMES } from "../policy.ts";
import { doesNotStart } from "../probe.ts";
import { spawnProcess, withMergedOutput } from "../spawn.ts";
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
  // Landlock can't cover a folder, so there a placeholder would only be in the way.
  const missingPaths =
    helper.mode === "landlock"
      ? []
      : confined.guardedRoots.flatMap((root) => PROTECTED_NAMES.map((name) => join(root, name)));
  const placeholders = missingPaths.flatMap((path) => holdPlaceholder(path) ?? []);
  try {
    const facts = gatherLinuxFacts({
      ...confined,
      program: helper.program,
      canDisableUserNamespaces: true,
      cwd: command.cwd,
      heldPaths: placeholders.map(({ path }) => path),
    });
    const end = await spawnProcess({
      command: helperCommand(facts, helper.mode, withMergedOutput(command.argv)),
      cwd: command.cwd,
      environment: helperEnvironment(environment),
      timeoutMs: command.timeoutMs,
      signal: command.signal,
      onOutput: (text) => command.onOutput(text),
      innerProcessGroup: (status) => readStatus(status).childPid,
    });
    const obstacle = setupFailure(end);
    return {
      end: obstacle === undefined ? commandEnd(end) : { kind: "refused", error: doesNotStart(obstacle) },
      landlockVersion: end.kind === "ended" ? readLandlockVersion(end.statusText) : 0,
    };
  } finally {
    for (const placeholder of placeholders) {
      placeholder.release();
    }
  }
}

function readLandlockVersion(status: string): number {
  return Number(/"landlock": *(\d+)/.exec(status)?.[1] ?? 0);
}
