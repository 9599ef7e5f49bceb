import type { ToolSpec } from "../../protocol/index.ts";
import description from "./description.md";
import { DEFAULT_TIMEOUT_MS } from "./limits.ts";

export const shellSpec: ToolSpec = {
  name: "shell",
  description: description.trim(),
  parameters: {
    type: "object",
    properties: {
      command: { type: "string" },
      workdir: { type: "string", description: "Directory to run in" },
      timeout: { type: "integer", description: `Milliseconds, default ${DEFAULT_TIMEOUT_MS}` },
    },
    required: ["command"],
  },
};
