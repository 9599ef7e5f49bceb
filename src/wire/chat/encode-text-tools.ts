import type { ToolSpec } from "../../protocol/index.ts";

/**
 * Tools for models whose server takes none: described in the system text, called and answered in text. The
 * format is that of Hermes and Qwen, which many models were trained on and `textcalls/hermes.ts` reads.
 */
export function describeTools(tools: readonly ToolSpec[]): string {
  const specs = tools.map(({ name, description, parameters }) =>
    JSON.stringify({ name, description, parameters }),
  );
  return [
    "# Tools",
    "You can call these functions, one JSON object a line:",
    "<tools>",
    ...specs,
    "</tools>",
    "To call one, end your message with a block like this, or several, and write nothing after it:",
    "<tool_call>",
    '{"name": "<name of the function>", "arguments": {<its arguments>}}',
    "</tool_call>",
    "What it returns comes in the next message, between <tool_response> and </tool_response>.",
  ].join("\n");
}

export function callAsText(call: { readonly name: string; readonly argumentsText: string }): string {
  return `<tool_call>\n{"name": ${JSON.stringify(call.name)}, "arguments": ${call.argumentsText}}\n</tool_call>`;
}

export function resultAsText({ output }: { readonly output: string }): string {
  return `<tool_response>\n${output}\n</tool_response>`;
}
