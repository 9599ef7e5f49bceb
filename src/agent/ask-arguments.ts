import type { FunctionCallItem, HistoryItem, ToolSpec } from "../protocol/index.ts";
import type { ModelEnd, ModelRequest } from "../wire/index.ts";
import { userMessage } from "./initial-context.ts";
import { isJsonObject } from "./json-object.ts";

/**
 * The request for the arguments of one call, once more and alone, as JSON of the tool's schema: for a model that got
 * them wrong twice. It is appended to the prompt as it stands, so that the server's cache is kept, and nothing of it
 * goes into the history.
 */
export function argumentsRequest(request: ModelRequest, { call, spec, problem }: FailedCall): ModelRequest {
  const output: HistoryItem = { type: "function_call_output", call_id: call.call_id, output: problem };
  const question = `The arguments of your call of ${spec.name} can't be read. Answer with these arguments alone: one JSON object, nothing before it and nothing after it.`;
  return {
    ...request,
    items: [...request.items, output, userMessage(question)],
    answerSchema: { name: spec.name, schema: spec.parameters },
  };
}

export interface FailedCall {
  readonly call: FunctionCallItem;
  readonly spec: ToolSpec;
  /** What is wrong with it, as the model is told. */
  readonly problem: string;
}

/** The arguments in the answer, or in a call of that tool that came instead; undefined if there are none. */
export function readArguments(end: ModelEnd, name: string): string | undefined {
  if (end.type !== "completed") {
    return undefined;
  }
  const { items, completion } = end;
  const call = items.find((item) => item.type === "function_call" && item.name === name);
  if (call?.type === "function_call") {
    const isWhole = !completion.invalidCalls.some(({ id }) => id === call.call_id);
    return isWhole ? call.arguments : undefined;
  }
  const text = items
    .flatMap((item) => (item.type === "message" ? item.content : []))
    .map((part) => ("text" in part ? part.text : ""))
    .join("")
    .trim();
  // Some models put a fence around JSON whatever they are told.
  const json = /^```\w*\n([\s\S]*)\n```$/.exec(text)?.[1] ?? text;
  return completion.finish === "stop" && isJsonObject(json) ? json : undefined;
}
