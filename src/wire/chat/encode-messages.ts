import type { MessageItem } from "../../protocol/index.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { ModelRequest } from "../model-request.ts";
import { type AssistantEncoder, createAssistantEncoder } from "./encode-assistant.ts";
import { type ChatMessage, encodeUser, toParts } from "./encode-content.ts";
import { type AssistantGroup, groupItems, type UserGroup } from "./encode-groups.ts";
import { describeTools } from "./encode-text-tools.ts";

/**
 * One system message first, the same through the whole session; user messages in a row are one, as strict
 * templates want it; what the model produced in one response is one message; results follow their calls at once.
 * Every message depends on what is before it and in it alone, so that a longer history only adds to the end.
 */
export function encodeMessages(request: ModelRequest, dialect: Dialect): readonly ChatMessage[] {
  const system = systemText(request, dialect);
  const encoder = createAssistantEncoder(request, dialect);
  const messages = joinTurns(groupItems(request.items), { system, encoder, dialect });
  return dialect.content === "parts" ? messages.map(toParts) : messages;
}

function systemText({ instructions, tools }: ModelRequest, dialect: Dialect): string {
  return dialect.tools === "prompt" && tools.length > 0
    ? `${instructions}\n\n${describeTools(tools)}`
    : instructions;
}

interface Joining {
  readonly system: string;
  readonly encoder: AssistantEncoder;
  readonly dialect: Dialect;
}

function joinTurns(groups: readonly (UserGroup | AssistantGroup)[], joining: Joining): ChatMessage[] {
  const { system, encoder, dialect } = joining;
  const alternates = dialect.turns === "alternating";
  const inUser = dialect.system === "first-user-message";
  const messages: ChatMessage[] = inUser ? [] : [{ role: "system", content: system }];
  // User messages that wait for the assistant's answer are one.
  const open: MessageItem[] = inUser ? [asUser(system)] : [];
  const closeUser = () => {
    const message = encodeUser(open.splice(0), dialect);
    if (message !== undefined) {
      if (alternates && messages.at(-1)?.role === "tool") {
        messages.push(AFTER_RESULT);
      }
      messages.push(message);
    }
  };
  for (const group of groups) {
    if (group.role === "user") {
      open.push(...group.messages);
      continue;
    }
    const [said, ...results] = encoder(group);
    // An answer that was interrupted while the model was thinking leaves nothing between two user messages.
    if (said === undefined) {
      continue;
    }
    closeUser();
    if (alternates && (messages.at(-1)?.role ?? "system") === "system") {
      messages.push(BEFORE_ANSWER);
    }
    messages.push(said);
    for (const result of results) {
      if (typeof result === "string") {
        open.push(asUser(result));
      } else {
        messages.push(result);
      }
    }
  }
  closeUser();
  return messages;
}

/** True, and short: the user spoke before the model had answered to the result. */
const AFTER_RESULT: ChatMessage = { role: "assistant", content: "(interrupted)" };

/** Templates that alternate begin with the user. */
const BEFORE_ANSWER: ChatMessage = { role: "user", content: "(continued)" };

function asUser(text: string): MessageItem {
  return { type: "message", role: "user", content: [{ type: "input_text", text }] };
}
