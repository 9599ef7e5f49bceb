import { basename } from "node:path";
import { parseJson, readString } from "../arguments.ts";

/** What to execute: a whole program line. `script` is set where a shell reads it, and is what people are shown. */
export interface ShellCommand {
  readonly argv: readonly string[];
  readonly script?: string;
}

/** Codex takes an array, most other agents a string; models send what they were trained on. */
export function readCommand(
  args: Record<string, unknown>,
  { useLoginShell }: { readonly useLoginShell: boolean },
): ShellCommand | undefined {
  const shellScript = useLoginShell ? loginScript : plainScript;
  const value = args["command"] ?? args["cmd"] ?? args["script"];
  if (Array.isArray(value)) {
    return fromArray(value, shellScript);
  }
  const text = readString({ value }, "value");
  if (text === undefined || text.trim() === "") {
    return undefined;
  }
  // An array written into a string: `["bash", …` is no command line anyone means.
  const parsed = /^\s*\["/.test(text) ? parseJson(text) : undefined;
  return (parsed?.ok === true ? fromArray(parsed.value, shellScript) : undefined) ?? shellScript(text);
}

/** The command in the form a person would type. */
export function commandText(command: ShellCommand): string {
  return command.script ?? command.argv.map(quote).join(" ");
}

/**
 * Which shell reads a command line. Not a login shell unless the user wants it: leat has the user's environment
 * already, and profiles cost up to 100 ms a command and may write to its output.
 */
function plainScript(script: string): ShellCommand {
  return { argv: ["bash", "-c", script], script };
}

function loginScript(script: string): ShellCommand {
  return { argv: ["bash", "-lc", script], script };
}

function fromArray(value: unknown, shellScript: (script: string) => ShellCommand): ShellCommand | undefined {
  if (!Array.isArray(value) || value.length === 0) {
    return undefined;
  }
  if (!value.every((part): part is string => typeof part === "string")) {
    return undefined;
  }
  const [first = "", flag, script, ...more] = value;
  if (first.trim() === "") {
    return undefined;
  }
  // `["ls -la"]`: no program has such a name.
  if (value.length === 1 && /\s/.test(first.trim())) {
    return shellScript(first);
  }
  const isShell = /^(ba|z|da|k)?sh$/.test(basename(first)) && (flag === "-lc" || flag === "-c");
  if (isShell && script !== undefined && more.length === 0) {
    return { argv: value, script };
  }
  return { argv: value };
}

function quote(part: string): string {
  return /^[\w@%+=:,./-]+$/.test(part) ? part : `'${part.replaceAll("'", "'\\''")}'`;
}
