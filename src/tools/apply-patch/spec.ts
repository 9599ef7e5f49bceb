import type { ToolSpec } from "../../protocol/index.ts";
import description from "./description.md";

export const applyPatchSpec: ToolSpec = {
  name: "apply_patch",
  description: description.trim(),
  parameters: {
    type: "object",
    properties: { input: { type: "string", description: "The whole patch" } },
    required: ["input"],
  },
};
