import type { UnconfinedEnd, UnconfinedOptions } from "./command.ts";
import type { Sandbox, SandboxOptions } from "./sandbox.ts";

/** Makes a sandbox; starts no process. What confines commands is loaded here, since the first request needs none of it. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { createSandbox } = await import("./sandbox.ts");
  return createSandbox(options);
}

/** Runs a program for leat's own needs, such as git, with nothing taken from it. */
export async function runUnconfined(
  argv: readonly string[],
  options: UnconfinedOptions,
): Promise<UnconfinedEnd> {
  const { runProgram } = await import("./command.ts");
  return await runProgram(argv, options);
}
