import type { ToolSpec } from "../protocol/index.ts";
import { applyPatch } from "./apply-patch/apply-patch.ts";
import { parseArguments } from "./arguments.ts";
import { editFile } from "./edit-file/edit-file.ts";
import { readFile } from "./read-file/read-file.ts";
import { shell } from "./shell/shell.ts";
import { invalidArguments, invalidCall, type PreparedCall, type Tool, type ToolContext } from "./tool.ts";
import { updatePlan } from "./update-plan/update-plan.ts";
import { writeFile } from "./write-file/write-file.ts";

/** The tools that one model is offered. Their specs never change, since they stand at the head of every prompt. */
export interface ToolSet {
  readonly specs: readonly ToolSpec[];
  prepare(call: { name: string; arguments: string }, context: ToolContext): PreparedCall;
}

/** The first row that matches counts. OpenAI's models are trained on apply_patch, others fail with it often. */
const families: readonly { readonly slug: RegExp; readonly tools: readonly Tool[] }[] = [
  { slug: /^gpt-/, tools: [shell, applyPatch, updatePlan] },
  { slug: /^/, tools: [shell, readFile, editFile, writeFile, updatePlan] },
];

/** Understood from every model, offered or not. */
const allTools: readonly Tool[] = [shell, readFile, editFile, writeFile, applyPatch, updatePlan];

/** A name this long is text that went astray; the prompt need not hold all of it twice. */
const maxNameLength = 100;

export function createToolSet(model: string): ToolSet {
  const slug = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
  const offered = families.find((family) => family.slug.test(slug))?.tools ?? [];
  return {
    specs: offered.map((tool) => tool.spec),
    prepare: (call, context) => prepareCall(call, context, offered),
  };
}

function prepareCall(
  call: { name: string; arguments: string },
  context: ToolContext,
  offered: readonly Tool[],
): PreparedCall {
  const tool = findTool(call.name) ?? findTool(bareName(call.name));
  if (tool === undefined) {
    const name = call.name.slice(0, maxNameLength);
    const names = offered.map((known) => known.spec.name).join(", ");
    return invalidCall(name, `unsupported call: ${name}\nThe tools are: ${names}`);
  }
  const parsed = parseArguments(call.arguments);
  if (parsed.kind === "parsed") return tool.prepare(parsed.value, context);
  const fromText = tool.readText?.(parsed.text);
  return fromText === undefined
    ? invalidArguments(tool.spec, parsed.reason)
    : tool.prepare(fromText, context);
}

function findTool(name: string): Tool | undefined {
  return (
    allTools.find((tool) => tool.spec.name === name) ?? allTools.find((tool) => tool.aliases.includes(name))
  );
}

/** gpt-oss writes `functions.shell<|channel|>commentary` where a server doesn't read its format to the end. */
function bareName(name: string): string {
  const end = name.indexOf("<|");
  return (end === -1 ? name : name.slice(0, end)).trim().replace(/^functions\./, "");
}
