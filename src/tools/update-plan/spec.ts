import type { ToolSpec } from "../../protocol/index.ts";
import description from "./description.md";

export const updatePlanSpec: ToolSpec = {
  name: "update_plan",
  description: description.trim(),
  parameters: {
    type: "object",
    properties: {
      explanation: { type: "string" },
      plan: {
        type: "array",
        items: {
          type: "object",
          properties: {
            step: { type: "string" },
            status: { type: "string", enum: ["pending", "in_progress", "completed"] },
          },
          required: ["step", "status"],
        },
      },
    },
    required: ["plan"],
  },
};
