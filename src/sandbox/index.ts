export type { CapturedOutput } from "./capture.ts";
export type { CommandEnd } from "./command.ts";
export type { ShellEnvironmentPolicy } from "./environment.ts";
export { childEnvironment } from "./environment.ts";
export { openSandbox, runUnconfined } from "./open.ts";
export type { PolicyOptions } from "./policy.ts";
export { resolvePolicy } from "./policy.ts";
export type { Sandbox, SandboxOptions } from "./sandbox.ts";
