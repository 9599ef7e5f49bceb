export type { HeaderFacts } from "./header.ts";
export { createHumanOutput, type HumanOptions } from "./human.ts";
export type { Sink } from "./output.ts";
export { tierName, tierSentence } from "./sandbox-tier-text.ts";
