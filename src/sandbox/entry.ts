/** The way in. What runs and confines commands is loaded when it is first asked for. */
import type { UnconfinedEnd, UnconfinedOptions } from "./command.ts";
import type { Sandbox, SandboxOptions } from "./sandbox.ts";

/** Makes a sandbox; starts no process. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { createSandbox } = await import("./sandbox.ts");
  return createSandbox(options);
}

/** Runs a program for leat's own needs, such as git, with nothing taken from it. */
export async function runUnconfined(
  argv: readonly string[],
  options: UnconfinedOptions,
): Promise<UnconfinedEnd> {
  const { runDirectly } = await import("./command.ts");
  return await runDirectly(argv, options);
}
