import type { ContextFill, ContextPart, HistoryItem, MessageItem } from "../../protocol/index.ts";
import type { ModelRequest } from "../../wire/index.ts";

/** How much text each part of a prompt holds, in UTF-8 bytes. */
export type PartBytes = Readonly<Record<ContextPart, number>>;

/** `head`: the items that stand before the first word of the user. */
export function measureParts(request: ModelRequest, head: readonly MessageItem[]): PartBytes {
  const parts: Record<ContextPart, number> = {
    instructions: Buffer.byteLength(request.instructions),
    tools: Buffer.byteLength(JSON.stringify(request.tools)),
    project: 0,
    user: 0,
    answers: 0,
    thinking: 0,
    calls: 0,
    outputs: 0,
  };
  for (const [index, item] of request.items.entries()) {
    parts[index < head.length && item === head[index] ? "project" : partOf(item)] += itemBytes(item);
  }
  return parts;
}

export function totalBytes(parts: PartBytes): number {
  return Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);
}

/** In tokens, the largest part first; parts that hold nothing are left out. */
export function contextFill(
  parts: PartBytes,
  tokensPerByte: number,
  window: number | undefined,
): ContextFill {
  const entries = Object.entries(parts) as [ContextPart, number][];
  return {
    tokens: Math.ceil(totalBytes(parts) * tokensPerByte),
    ...(window === undefined ? {} : { window }),
    parts: entries
      .filter(([, bytes]) => bytes > 0)
      .sort(([, one], [, other]) => other - one)
      .map(([part, bytes]) => ({ part, tokens: Math.ceil(bytes * tokensPerByte) })),
  };
}

function partOf(item: HistoryItem): ContextPart {
  switch (item.type) {
    case "message":
      return item.role === "user" ? "user" : "answers";
    case "reasoning":
      return "thinking";
    case "function_call":
      return "calls";
    case "function_call_output":
      return "outputs";
    default:
      return item satisfies never;
  }
}

/** Items never change, so each is counted once, however often its conversation is measured. */
const counted = new WeakMap<HistoryItem, number>();

export function itemBytes(item: HistoryItem): number {
  const known = counted.get(item);
  if (known !== undefined) {
    return known;
  }
  const bytes = MESSAGE_BYTES + countBytes(item);
  counted.set(item, bytes);
  return bytes;
}

/** What a template puts around each message: markers and a role. */
const MESSAGE_BYTES = 16;

/** Servers count a picture by its tiles, not by its bytes; this stands for one of usual size. */
const PICTURE_BYTES = 4_000;

function countBytes(item: HistoryItem): number {
  switch (item.type) {
    case "message":
      return item.content.reduce(
        (sum, part) => sum + ("text" in part ? Buffer.byteLength(part.text) : PICTURE_BYTES),
        0,
      );
    case "reasoning":
      return [...item.content, ...item.summary].reduce((sum, part) => sum + Buffer.byteLength(part.text), 0);
    case "function_call":
      return Buffer.byteLength(item.name) + Buffer.byteLength(item.arguments);
    case "function_call_output":
      return Buffer.byteLength(item.output);
    default:
      return item satisfies never;
  }
}
