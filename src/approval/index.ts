export type { Approvals } from "./approvals.ts";
export { openApprovals } from "./entry.ts";
export type { Command, Place, Question, Verdict } from "./verdict.ts";
