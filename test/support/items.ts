import type {
  FunctionCallItem,
  FunctionCallOutputItem,
  MessageItem,
  ReasoningItem,
} from "../../src/protocol/index.ts";
import type { Completion } from "../../src/wire/index.ts";

/** Short ways to write history items down. */

export function user(text: string): MessageItem {
  return { type: "message", role: "user", content: [{ type: "input_text", text }] };
}

export function assistant(text: string): MessageItem {
  return { type: "message", role: "assistant", content: [{ type: "output_text", text }] };
}

export function reasoning(text: string, field?: string): ReasoningItem {
  const content = [{ type: "reasoning_text" as const, text }];
  return {
    type: "reasoning",
    summary: [],
    content,
    encrypted_content: null,
    ...(field === undefined ? {} : { field }),
  };
}

export function call(id: string, name = "shell", argumentsText = "{}"): FunctionCallItem {
  return { type: "function_call", name, arguments: argumentsText, call_id: id };
}

export function output(id: string, text: string): FunctionCallOutputItem {
  return { type: "function_call_output", call_id: id, output: text };
}

/** Of an answer in which nothing was odd. */
export const plainCompletion: Completion = {
  finish: "stop",
  usage: {},
  invalidCalls: [],
  isEmpty: false,
  repairs: [],
  unreadableEvents: 0,
};
