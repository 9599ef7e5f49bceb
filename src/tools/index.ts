export { applyPatchStandalone } from "./apply-patch-standalone.ts";
export type {
  CallEffect,
  CallSurroundings,
  PreparedCall,
  ToolContext,
  ToolResult,
} from "./tool.ts";
export { createToolSet, type ToolSet } from "./tool-set.ts";
export { truncateMiddle } from "./truncate.ts";
