import type { ToolSpec } from "../../protocol/index.ts";
import description from "./description.md";

export const searchSpec: ToolSpec = {
  name: "search",
  description: description.trim(),
  parameters: {
    type: "object",
    properties: {
      pattern: { type: "string", description: "Regular expression" },
      path: { type: "string" },
      glob: { type: "string", description: "Like *.ts" },
    },
  },
};
