import type { MessageItem } from "../../protocol/index.ts";
import { groupItems } from "../chat/encode-groups.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { ModelRequest } from "../model-request.ts";
import { encodeUserMessage, type InputItem } from "./encode-items.ts";
import { createResponseEncoder } from "./encode-response.ts";

/**
 * The history as input items. User messages in a row are one, since local servers make a chat of the input and strict
 * templates want turns. Every item depends on what is before it and in it alone, so that a longer history only adds
 * to the end.
 */
export function encodeInput(request: ModelRequest, dialect: Dialect): readonly InputItem[] {
  const encodeResponse = createResponseEncoder(request, dialect);
  const input: InputItem[] = [];
  // User messages that wait for the model's answer.
  const open: MessageItem[] = [];
  const closeUser = () => {
    if (open.length > 0) {
      input.push(encodeUserMessage(open.splice(0)));
    }
  };
  for (const group of groupItems(request.items)) {
    if (group.role === "user") {
      open.push(...group.messages);
      continue;
    }
    const { items, toSay } = encodeResponse(group);
    // An answer that was interrupted while the model was thinking leaves nothing between two user messages.
    if (items.length > 0) {
      closeUser();
      input.push(...items);
      open.push(...toSay.map(asUser));
    }
  }
  closeUser();
  return input;
}

function asUser(text: string): MessageItem {
  return { type: "message", role: "user", content: [{ type: "input_text", text }] };
}
