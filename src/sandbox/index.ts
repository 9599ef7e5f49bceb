export { type CapturedOutput, TextCapture } from "./capture.ts";
export type { CommandEnd } from "./command.ts";
export { landingPlace } from "./disk.ts";
export { bubblewrapIsMissing, openSandbox, runUnconfined } from "./entry.ts";
export { childEnvironment } from "./environment.ts";
export { networkAllowed, resolvePolicy } from "./policy.ts";
export type { Sandbox } from "./sandbox.ts";
