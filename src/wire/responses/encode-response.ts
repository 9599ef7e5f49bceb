import type { FunctionCallItem, HistoryItem, MessageItem, ReasoningItem } from "../../protocol/index.ts";
import { acceptableName, wholeArguments } from "../chat/encode-assistant.ts";
import { createCallIds } from "../chat/encode-call-ids.ts";
import { textOf } from "../chat/encode-content.ts";
import type { AssistantGroup } from "../chat/encode-groups.ts";
import { callAsText, resultAsText } from "../chat/encode-text-tools.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { ModelRequest } from "../model-request.ts";
import { encodeAnswer, encodeOpenReasoning, encodeSealedReasoning, type InputItem } from "./encode-items.ts";

/** One response of the model: its items in their order and the outputs of its calls, or what the user is to say. */
interface EncodedResponse {
  readonly items: readonly InputItem[];
  readonly toSay: readonly string[];
}

/** Groups must come in the order of the history: ids are given out first come, first served. */
export function createResponseEncoder(
  { items, tools }: ModelRequest,
  dialect: Dialect,
): (group: AssistantGroup) => EncodedResponse {
  const offered = new Set(tools.map((tool) => tool.name));
  const callIds = createCallIds(dialect.callIds);
  const positions = new Map(items.map((item, index) => [item, index]));
  const positionOf = (item: HistoryItem) => positions.get(item) ?? 0;

  function encode(group: AssistantGroup): EncodedResponse {
    const ids = callIds(group.calls.map(({ call }) => call.call_id));
    const parts = [
      ...group.messages.map((item) => ({ item, encoded: encodeMessage(item) })),
      ...group.reasoning.map((item) => ({ item, encoded: encodeReasoning(item, group) })),
      ...group.calls.map(({ call }, index) => ({ item: call, encoded: [encodeCall(call, ids[index])] })),
    ].toSorted((a, b) => positionOf(a.item) - positionOf(b.item));
    // OpenAI refuses thinking that nothing follows (codex#1227), as an interruption leaves it.
    const last = parts.findLastIndex(({ item, encoded }) => item.type !== "reasoning" && encoded.length > 0);
    const outputs = group.calls.map(({ output }, index) => ({
      type: "function_call_output",
      call_id: ids[index],
      output: output ?? ABORTED,
    }));
    return { items: [...parts.slice(0, last + 1).flatMap(({ encoded }) => encoded), ...outputs], toSay: [] };
  }

  /** For servers that take no tools: calls and results are text. */
  function encodeAsText(group: AssistantGroup): EncodedResponse {
    const calls = group.calls.map(({ call, output }) => ({
      name: acceptableName(call.name, offered),
      argumentsText: wholeArguments(call),
      output: output ?? ABORTED,
    }));
    const first = group.messages[0] ?? group.calls[0]?.call;
    const text = [...group.messages.map(textOf), ...calls.map(callAsText)].join("\n");
    return {
      items: text === "" || first === undefined ? [] : [encodeAnswer(text, answerId(first))],
      toSay: calls.map(resultAsText),
    };
  }

  function encodeMessage(message: MessageItem): InputItem[] {
    const text = textOf(message);
    return text === "" ? [] : [encodeAnswer(text, answerId(message))];
  }

  function answerId(item: HistoryItem): string | undefined {
    return dialect.sealsReasoning ? undefined : `msg_${positionOf(item)}`;
  }

  /** Inline thinking, which has neither id nor field, is not sent back, since templates drop it. */
  function encodeReasoning(item: ReasoningItem, { calls }: AssistantGroup): InputItem[] {
    if (dialect.sealsReasoning) {
      return encodeSealedReasoning(item);
    }
    const isWanted = dialect.reasoning === "always" || (dialect.reasoning !== "never" && calls.length > 0);
    const isInline = item.id === undefined && item.field === undefined;
    return isWanted && !isInline ? encodeOpenReasoning(item, `rs_${positionOf(item)}`) : [];
  }

  function encodeCall(call: FunctionCallItem, callId: string | undefined): InputItem {
    return {
      type: "function_call",
      call_id: callId,
      name: acceptableName(call.name, offered),
      arguments: wholeArguments(call),
    };
  }

  return dialect.tools === "prompt" ? encodeAsText : encode;
}

/** A call that was interrupted, or whose program was killed, has no output; servers insist on one. */
const ABORTED = "aborted";
