export { applyPatchStandalone } from "./apply-patch/standalone.ts";
export type { CallEffect, OutputLimit, PreparedCall, ToolContext, ToolResult } from "./tool.ts";
export { createToolSet, type ToolSet } from "./tool-set.ts";
