/** The one tool of the checks: harmless, and with an answer no model can guess. */
import type { FunctionCallItem, HistoryItem, ToolSpec } from "../../../protocol/index.ts";

export const LOCKER_TOOL: ToolSpec = {
  name: "open_locker",
  description: "Opens the locker of that colour and returns the number inside.",
  parameters: {
    type: "object",
    properties: { colour: { type: "string", description: "The colour of the locker." } },
    required: ["colour"],
  },
};

export const INSTRUCTIONS =
  "You have a tool. Use it when you are asked to, then answer in one short sentence.";

/** Calls of that tool with an argument that can be read. */
export function lockerCalls(items: readonly HistoryItem[]): { call: FunctionCallItem; colour: string }[] {
  return items.flatMap((item) => {
    if (item.type !== "function_call" || item.name !== LOCKER_TOOL.name) {
      return [];
    }
    const colour = colourOf(item.arguments);
    return colour === undefined ? [] : [{ call: item, colour }];
  });
}

function colourOf(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const colour =
      typeof value === "object" && value !== null && "colour" in value ? value.colour : undefined;
    return typeof colour === "string" ? colour : undefined;
  } catch {
    return undefined;
  }
}

export function numberIn(colour: string): string {
  return /blue/i.test(colour) ? "48213" : "70956";
}
