import type { ToolSpec } from "../../protocol/index.ts";
import description from "./description.md";

export const viewImageSpec: ToolSpec = {
  name: "view_image",
  description: description.trim(),
  parameters: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
};
