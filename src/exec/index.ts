export { contextText } from "./context-line.ts";
export { openProgress, type ProgressView } from "./download-progress.ts";
export type { HeaderFacts } from "./header.ts";
export { createHumanOutput, type HumanOptions, type HumanOutput } from "./human.ts";
export type { Sink } from "./output.ts";
export { safeLine } from "./safe-text.ts";
export { tierName, tierSentence } from "./sandbox-tier-text.ts";
export { snapshotObstacle } from "./snapshot-text.ts";
export { largerWindow } from "./window-text.ts";
