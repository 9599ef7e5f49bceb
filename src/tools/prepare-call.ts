import { applyPatch } from "./apply-patch/apply-patch.ts";
import { parseArguments } from "./arguments.ts";
import { editFile } from "./edit-file/edit-file.ts";
import { listDirectory, readFile } from "./read-file/read-file.ts";
import { findFiles, search } from "./search/search.ts";
import { shell } from "./shell/shell.ts";
import { shellOutput, shellStop } from "./shell/shell-output.ts";
import {
  abortedResult,
  invalidArguments,
  invalidCall,
  type PreparedCall,
  type Tool,
  type ToolContext,
} from "./tool.ts";
import { updatePlan } from "./update-plan/update-plan.ts";
import { viewImage } from "./view-image/view-image.ts";
import { writeFile } from "./write-file/write-file.ts";

export { createFileMemory } from "./files/memory.ts";
export { BackgroundCommands } from "./shell/background.ts";

/** Understood from every model, offered or not. */
const allTools: readonly Tool[] = [
  shell,
  shellOutput,
  shellStop,
  readFile,
  listDirectory,
  search,
  findFiles,
  editFile,
  writeFile,
  applyPatch,
  updatePlan,
  viewImage,
];

/** A name this long is text that went astray; the prompt need not hold all of it twice. */
const MAX_NAME_LENGTH = 100;

/** No file and no script that a model writes is this long; what is has run away. */
const MAX_ARGUMENT_LENGTH = 4 * 1024 * 1024;

/** Finds the tool and reads the arguments; runs nothing. `offeredNames` are told to a model that asks for another. */
export function prepareCall(
  call: { name: string; arguments: string },
  context: ToolContext,
  offeredNames: readonly string[],
): PreparedCall {
  const tool = findTool(call.name) ?? findTool(bareName(call.name));
  if (tool === undefined || (tool.onlyWhereOffered === true && !offeredNames.includes(tool.spec.name))) {
    const name = call.name.slice(0, MAX_NAME_LENGTH);
    return invalidCall(name, `unsupported call: ${name}\nThe tools are: ${offeredNames.join(", ")}`);
  }
  const { length } = call.arguments;
  if (length > MAX_ARGUMENT_LENGTH) {
    return invalidArguments(
      tool.spec,
      `too large (${length} characters, the limit is ${MAX_ARGUMENT_LENGTH})`,
    );
  }
  return notAfterInterrupt(prepareText(tool, call.arguments, context), context.signal);
}

function prepareText(tool: Tool, text: string, context: ToolContext): PreparedCall {
  const parsed = parseArguments(text);
  if (parsed.kind === "parsed") {
    return tool.prepare(parsed.value, context);
  }
  const fromText = tool.readText?.(parsed.text);
  return fromText === undefined
    ? invalidArguments(tool.spec, parsed.reason)
    : tool.prepare(fromText, context);
}

function notAfterInterrupt(prepared: PreparedCall, signal: AbortSignal): PreparedCall {
  if (prepared.kind === "invalid") {
    return prepared;
  }
  return { ...prepared, run: async () => (signal.aborted ? abortedResult() : await prepared.run()) };
}

function findTool(name: string): Tool | undefined {
  const key = nameKey(name);
  return (
    allTools.find((tool) => nameKey(tool.spec.name) === key) ??
    allTools.find((tool) => tool.aliases.some((alias) => nameKey(alias) === key))
  );
}

/** `Bash`, `BashOutput`, `TodoWrite` are `bash`, `bash_output`, `todo_write`: agents differ in how they write names. */
function nameKey(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, "");
}

/** gpt-oss writes `functions.shell<|channel|>commentary` where a server doesn't read its format to the end. */
function bareName(name: string): string {
  const end = name.indexOf("<|");
  return (end === -1 ? name : name.slice(0, end)).trim().replace(/^functions\./, "");
}
