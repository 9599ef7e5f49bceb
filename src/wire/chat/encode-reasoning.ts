import type { ReasoningItem } from "../../protocol/index.ts";
import type { Dialect } from "../dialects/dialect.ts";

/**
 * Under the field it came in on, or under the only one the server takes. Inline thinking has no field and is not
 * sent back, since templates drop it; only where every message must have some it counts, too, or an empty text.
 */
export function encodeReasoning(reasoning: readonly ReasoningItem[], dialect: Dialect): object {
  const { reasoningField } = dialect;
  if (reasoningField === "as-received") {
    return asReceived(reasoning);
  }
  if (dialect.reasoning === "always") {
    return { [reasoningField]: reasoning.map(textOf).join("") };
  }
  const text = reasoning.flatMap((item) => (item.field === undefined ? [] : [textOf(item)])).join("");
  return text === "" ? {} : { [reasoningField]: text };
}

/** Session files may name any field; these can't be mistaken for another part of the message. */
const FIELDS = ["reasoning_content", "reasoning", "reasoning_text"] as const;

function asReceived(reasoning: readonly ReasoningItem[]): object {
  const texts = FIELDS.map((field) => {
    const items = reasoning.filter((item) => item.field === field && item.details === undefined);
    return [field, items.map(textOf).join("")] as const;
  });
  const details = reasoning.flatMap((item) => item.details ?? []).filter((detail) => isShallow(detail));
  return {
    ...Object.fromEntries(texts.filter(([, text]) => text !== "")),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
  };
}

/** Mistral's own: parts of the content, before the text. */
export function thinkingParts(reasoning: readonly ReasoningItem[]): readonly object[] {
  const text = reasoning.map(textOf).join("");
  return text === "" ? [] : [{ type: "thinking", thinking: [{ type: "text", text }] }];
}

function textOf(item: ReasoningItem): string {
  return (item.content ?? []).map((part) => part.text).join("");
}

const MAX_DEPTH = 16;

/** Details are the server's own JSON; nesting without end would overflow the stack when it is written. */
function isShallow(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) {
    return true;
  }
  return depth < MAX_DEPTH && Object.values(value).every((inner) => isShallow(inner, depth + 1));
}
