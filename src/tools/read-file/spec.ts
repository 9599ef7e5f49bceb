import type { ToolSpec } from "../../protocol/index.ts";
import description from "./description.md";

export const readFileSpec: ToolSpec = {
  name: "read_file",
  description: description.trim(),
  parameters: {
    type: "object",
    properties: {
      path: { type: "string" },
      offset: { type: "integer", description: "First line, from 1" },
      limit: { type: "integer", description: "Number of lines" },
    },
    required: ["path"],
  },
};
