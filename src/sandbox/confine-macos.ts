/** One command under sandbox-exec. */
import { existsSync } from "node:fs";
import type { SandboxError } from "../protocol/index.ts";
import { type CommandEnd, commandEnd } from "./command.ts";
import type { ConfinedRun, Confiner } from "./confiner.ts";
import { existingProtectedPaths } from "./disk.ts";
import { SANDBOX_EXEC, seatbeltCommand } from "./macos.ts";
import { doesNotStart } from "./probe.ts";
import { spawnProcess, withMergedOutput } from "./spawn.ts";

export function macosConfiner(): Confiner {
  const missing: SandboxError | undefined = existsSync(SANDBOX_EXEC)
    ? undefined
    : { kind: "sandbox", problem: "missing" };
  return {
    missing,
    run: (confined) =>
      missing === undefined ? runSeatbelt(confined) : Promise.resolve({ kind: "refused", error: missing }),
  };
}

async function runSeatbelt(confined: ConfinedRun): Promise<CommandEnd> {
  const { command, writableRoots, networkAccess } = confined;
  const protectedPaths = existingProtectedPaths(writableRoots);
  const facts = {
    networkAccess,
    writableRoots,
    protectedPaths,
    hiddenFiles: confined.hiddenFiles,
    hiddenFolders: [],
  };
  const end = await spawnProcess({
    command: seatbeltCommand(facts, withMergedOutput(command.argv)),
    cwd: command.cwd,
    environment: { ...confined.environment, CODEX_SANDBOX: "seatbelt" },
    timeoutMs: command.timeoutMs,
    signal: command.signal,
    onOutput: (text) => command.onOutput(text),
  });
  // The command's standard error is merged into its output, so words here are sandbox-exec's own.
  const refused = end.kind === "ended" && end.exitCode !== 0 && end.errorText.startsWith("sandbox-exec:");
  return refused ? { kind: "refused", error: doesNotStart(end.errorText) } : commandEnd(end);
}
