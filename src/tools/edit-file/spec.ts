import type { ToolSpec } from "../../protocol/index.ts";
import description from "./description.md";

export const editFileSpec: ToolSpec = {
  name: "edit_file",
  description: description.trim(),
  parameters: {
    type: "object",
    properties: {
      path: { type: "string" },
      old_text: { type: "string" },
      new_text: { type: "string" },
      replace_all: { type: "boolean", description: "Replace every match" },
    },
    required: ["path", "old_text", "new_text"],
  },
};
