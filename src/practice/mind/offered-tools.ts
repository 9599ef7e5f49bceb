/** The tools a client offers, and the calls this model can make with them. */
import type { CallSpec } from "../script.ts";
import type { Step } from "./conversation.ts";

export interface OfferedTools {
  /** Null: no tool that runs commands is offered. */
  runCommand(command: string): CallSpec | null;
  readFile(path: string): CallSpec | null;
  edit(edit: Edit): CallSpec | null;
  plan(steps: readonly string[]): CallSpec | null;
}

export interface Edit {
  readonly path: string;
  readonly oldText: string;
  readonly newText: string;
  /** The same edit as a patch, for models that are offered `apply_patch`. */
  readonly patch: string;
}

export type StepKind = "test" | "list" | "read" | "edit" | "other";

export const TEST_COMMAND = "npm test";
export const LIST_COMMAND = "git ls-files 2>/dev/null || find . -type f -not -path '*/node_modules/*'";

const SHELL_NAMES = ["shell", "exec_command", "container.exec", "bash"];
const EDIT_NAMES = ["edit_file", "apply_patch"];

export function readTools(tools: readonly unknown[]): OfferedTools {
  const offered = new Map<string, Readonly<Record<string, unknown>>>();
  for (const tool of tools) {
    const named = field(tool, "function");
    const name = field(named, "name");
    if (typeof name === "string") {
      offered.set(name, propertiesOf(field(named, "parameters")));
    }
  }

  function runCommand(command: string): CallSpec | null {
    const name = SHELL_NAMES.find((known) => offered.has(known));
    const properties = name === undefined ? undefined : offered.get(name);
    if (name === undefined || properties === undefined) {
      return null;
    }
    if ("cmd" in properties) {
      return { name, arguments: { cmd: command } };
    }
    // Codex CLI takes the command as a list of words.
    const isList = field(properties["command"], "type") === "array";
    return { name, arguments: { command: isList ? ["bash", "-lc", command] : command } };
  }

  return {
    runCommand,
    readFile(path) {
      if (offered.has("read_file")) {
        return { name: "read_file", arguments: { path } };
      }
      return runCommand(`cat ${quoteForShell(path)}`);
    },
    edit(edit) {
      if (offered.has("edit_file")) {
        const { path, oldText, newText } = edit;
        return { name: "edit_file", arguments: { path, old_text: oldText, new_text: newText } };
      }
      return offered.has("apply_patch") ? { name: "apply_patch", arguments: { input: edit.patch } } : null;
    },
    plan(steps) {
      const properties = offered.get("update_plan");
      if (properties === undefined) {
        return null;
      }
      const list = steps.map((step, index) => ({ step, status: index === 0 ? "in_progress" : "pending" }));
      return { name: "update_plan", arguments: { ["steps" in properties ? "steps" : "plan"]: list } };
    },
  };
}

/** Recognises our own earlier calls. */
export function kindOf(step: Step): StepKind {
  const command = commandOf(step);
  if (step.tool === "read_file" || command.startsWith("cat ")) {
    return "read";
  }
  if (EDIT_NAMES.includes(step.tool)) {
    return "edit";
  }
  if (command === TEST_COMMAND) {
    return "test";
  }
  return command === LIST_COMMAND ? "list" : "other";
}

function commandOf(step: Step): string {
  const command = step.arguments["command"] ?? step.arguments["cmd"] ?? "";
  return String(Array.isArray(command) ? command.at(-1) : command);
}

/** The path may come from a command's output, which is nobody's to trust. */
function quoteForShell(path: string): string {
  const plain = /^[\w./@+][\w./@+-]*$/.test(path);
  return plain ? path : `-- '${path.replaceAll("'", `'\\''`)}'`;
}

function propertiesOf(parameters: unknown): Readonly<Record<string, unknown>> {
  const properties = field(parameters, "properties");
  return typeof properties === "object" && properties !== null ? { ...properties } : {};
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
