/** The way in. What runs and confines commands is loaded when it is first asked for. */
import type { UnconfinedEnd, UnconfinedOptions } from "./command.ts";
import { findProgram } from "./probe.ts";
import type { Sandbox, SandboxOptions } from "./sandbox.ts";

/** Makes a sandbox; starts no process. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { createSandbox } = await import("./sandbox.ts");
  return createSandbox(options);
}

/** Known without starting anything: something else will have to confine commands, if there is something. */
export function bubblewrapIsMissing(path: string | undefined): boolean {
  return process.platform === "linux" && findProgram("bwrap", { path, untrustedRoots: [] }) === undefined;
}

/** Runs a program for leat's own needs, such as git, with nothing taken from it. */
export async function runUnconfined(
  argv: readonly string[],
  options: UnconfinedOptions,
): Promise<UnconfinedEnd> {
  const { runDirectly } = await import("./command.ts");
  return await runDirectly(argv, options);
}
