import type { MessageItem } from "../../protocol/index.ts";
import type { Dialect } from "../dialects/dialect.ts";

/** A message as it goes out. Its keys are in a fixed order, since the bytes count. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly [field: string]: unknown;
}

/**
 * Strings when there is only text: some servers split arrays into several messages (Ollama) or let the model
 * see them as they are (NIM). Undefined if nothing was said.
 */
export function encodeUser(messages: readonly MessageItem[], dialect: Dialect): ChatMessage | undefined {
  const parts = messages.flatMap((message) => splitMessage(message, dialect));
  const merged: ContentPart[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (last?.type === "text" && part.type === "text") {
      merged[merged.length - 1] = { type: "text", text: `${last.text}\n\n${part.text}` };
    } else {
      merged.push(part);
    }
  }
  const [first] = merged;
  if (first === undefined) {
    return undefined;
  }
  return { role: "user", content: merged.length === 1 && first.type === "text" ? first.text : merged };
}

type ContentPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image_url"; readonly image_url: { readonly url: string } };

/** Texts of one message belong together as they are; the pictures stay where they were between them. */
function splitMessage(message: MessageItem, dialect: Dialect): ContentPart[] {
  const parts: ContentPart[] = [];
  let text = "";
  const closeText = () => {
    if (text !== "") {
      parts.push({ type: "text", text });
    }
    text = "";
  };
  for (const part of message.content) {
    if (part.type !== "input_image") {
      text += part.text;
    } else if (dialect.content === "strings") {
      text += LEFT_OUT;
    } else {
      closeText();
      parts.push({ type: "image_url", image_url: { url: part.image_url } });
    }
  }
  closeText();
  return parts;
}

const LEFT_OUT = "(a picture that this server does not take)";

/** For servers that take arrays only. */
export function toParts(message: ChatMessage): ChatMessage {
  const { content } = message;
  return typeof content === "string" ? { ...message, content: [{ type: "text", text: content }] } : message;
}

export function textOf(message: MessageItem): string {
  return message.content.map((part) => (part.type === "input_image" ? "" : part.text)).join("");
}
