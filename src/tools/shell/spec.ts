import type { ToolSpec } from "../../protocol/index.ts";
import description from "./description.md";
import { DEFAULT_TIMEOUT_MS } from "./limits.ts";
import outputDescription from "./output-description.md";

const properties: ToolSpec["parameters"]["properties"] = {
  command: { type: "string" },
  workdir: { type: "string", description: "Directory to run in" },
  timeout: { type: "integer", description: `Milliseconds, default ${DEFAULT_TIMEOUT_MS}` },
  background: { type: "boolean" },
};

export const shellSpec: ToolSpec = {
  name: "shell",
  description: description.trim(),
  parameters: { type: "object", properties, required: ["command"] },
};

/** Codex's names, for a session in which somebody can be asked. */
export const shellSpecWithEscalation: ToolSpec = {
  ...shellSpec,
  parameters: {
    type: "object",
    properties: {
      ...properties,
      with_escalated_permissions: {
        type: "boolean",
        description: "Run it outside the sandbox, which the user must allow",
      },
      justification: { type: "string", description: "Why, in one sentence; only when escalating" },
    },
    required: ["command"],
  },
};

export const shellOutputSpec: ToolSpec = {
  name: "shell_output",
  description: outputDescription.trim(),
  parameters: {
    type: "object",
    properties: {
      id: { type: "string" },
      wait: { type: "integer", description: "Milliseconds to wait for its end" },
      stop: { type: "boolean" },
    },
    required: ["id"],
  },
};
