import type { ToolSpec } from "../../protocol/index.ts";
import description from "./description.md";

export const writeFileSpec: ToolSpec = {
  name: "write_file",
  description: description.trim(),
  parameters: {
    type: "object",
    properties: { path: { type: "string" }, content: { type: "string" } },
    required: ["path", "content"],
  },
};
