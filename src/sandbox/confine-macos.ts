/** One command under sandbox-exec. */
import { existsSync } from "node:fs";
import type { SandboxError } from "../protocol/index.ts";
import { type CommandEnd, commandEnd } from "./command.ts";
import type { ConfinedRun, Confiner } from "./confiner.ts";
import { SANDBOX_EXEC, seatbeltCommand } from "./macos.ts";
import { doesNotStart } from "./probe.ts";
import { startConfined } from "./start.ts";

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
  const { command, writableRoots, networkAccess, hiddenFiles, hiddenFolders } = confined;
  // The profile knows paths by name, so that those that are not there yet can be forbidden like the others.
  const protectedPaths = [...confined.protectedPaths, ...confined.missingPaths, ...confined.protectedLinks];
  const facts = { networkAccess, writableRoots, protectedPaths, hiddenFiles, hiddenFolders };
  const end = await startConfined(command, {
    confine: (argv) => seatbeltCommand(facts, argv),
    environment: { ...confined.environment, CODEX_SANDBOX: "seatbelt" },
  });
  // The command's standard error is merged into its output, so words here are sandbox-exec's own.
  const refused = end.kind === "ended" && end.exitCode !== 0 && end.errorText.startsWith("sandbox-exec:");
  return refused ? { kind: "refused", error: doesNotStart(end.errorText) } : commandEnd(end);
}
