import type {
  FunctionCallItem,
  FunctionCallOutputItem,
  HistoryItem,
  MessageItem,
  ReasoningItem,
} from "../../protocol/index.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { ModelRequest } from "../model-request.ts";
import { asObject, parseJson } from "./json.ts";

/**
 * The body of a Chat Completions request. A pure function of its arguments: the same history always gives
 * the same bytes, and a longer one only adds to them, which is what a server's prompt cache lives on.
 */
export function encodeChatBody(request: ModelRequest, { dialect, refused }: EncodeOptions): string {
  return JSON.stringify({
    model: request.model,
    messages: encodeMessages(request, dialect),
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(encodeTool) }),
    stream: true,
    ...(refused.has("stream_options") ? {} : { stream_options: { include_usage: true } }),
    ...(dialect.reportsPrefill && !refused.has("return_progress") ? { return_progress: true } : {}),
  });
}

/** What a server may do without. */
export type DroppableParameter = "stream_options" | "return_progress";

export interface EncodeOptions {
  readonly dialect: Dialect;
  /** Parameters this server has refused: they are left out. */
  readonly refused: ReadonlySet<DroppableParameter>;
}

type ChatMessage = Readonly<Record<string, unknown>>;

/**
 * One system message first; user messages in a row become one, as strict templates want it; what the model
 * produced in one response is one assistant message; the outputs follow their calls at once.
 */
export function encodeMessages(request: ModelRequest, dialect: Dialect): ChatMessage[] {
  const messages: ChatMessage[] = [{ role: "system", content: request.instructions }];
  for (const group of groupItems(request.items)) {
    if (group.role === "user") {
      pushUser(messages, group.messages.map(textOf).join("\n\n"));
    } else {
      messages.push(...encodeAssistant(group, dialect));
    }
  }
  return messages;
}

/** An answer that was interrupted while the model was thinking leaves nothing between two user messages. */
function pushUser(messages: ChatMessage[], text: string): void {
  const last = messages.at(-1);
  if (last?.["role"] !== "user") {
    messages.push({ role: "user", content: text });
  } else {
    messages[messages.length - 1] = { role: "user", content: `${last["content"]}\n\n${text}` };
  }
}

function encodeTool(tool: ModelRequest["tools"][number]): ChatMessage {
  const { name, description, parameters } = tool;
  return { type: "function", function: { name, description, parameters } };
}

interface UserGroup {
  readonly role: "user";
  readonly messages: MessageItem[];
}

interface AssistantGroup {
  readonly role: "assistant";
  readonly messages: MessageItem[];
  readonly reasoning: ReasoningItem[];
  readonly calls: FunctionCallItem[];
  /** By call id. */
  readonly outputs: Map<string, string>;
}

/** Outputs end a group: what the model says after it has seen one is another response. */
function groupItems(items: readonly HistoryItem[]): (UserGroup | AssistantGroup)[] {
  const groups: (UserGroup | AssistantGroup)[] = [];
  let open: UserGroup | AssistantGroup | undefined;
  const user = (): UserGroup => {
    if (open?.role === "user") {
      return open;
    }
    const group: UserGroup = { role: "user", messages: [] };
    groups.push(group);
    open = group;
    return group;
  };
  const assistant = (): AssistantGroup => {
    if (open?.role === "assistant") {
      return open;
    }
    const group: AssistantGroup = {
      role: "assistant",
      messages: [],
      reasoning: [],
      calls: [],
      outputs: new Map(),
    };
    groups.push(group);
    open = group;
    return group;
  };
  for (const item of items) {
    switch (item.type) {
      case "message":
        (item.role === "user" ? user() : assistant()).messages.push(item);
        break;
      case "reasoning":
        assistant().reasoning.push(item);
        break;
      case "function_call":
        assistant().calls.push(item);
        break;
      case "function_call_output":
        open = undefined;
        ownerOf(item, groups)?.outputs.set(item.call_id, item.output);
        break;
      default:
        item satisfies never;
    }
  }
  return groups;
}

/** Ids may come back in a later response (Kimi numbers calls anew each time): the latest unanswered call owns. */
function ownerOf(
  output: FunctionCallOutputItem,
  groups: readonly (UserGroup | AssistantGroup)[],
): AssistantGroup | undefined {
  const owns = (group: UserGroup | AssistantGroup) =>
    group.role === "assistant" &&
    !group.outputs.has(output.call_id) &&
    group.calls.some((call) => call.call_id === output.call_id);
  const owner = groups.findLast(owns);
  return owner?.role === "assistant" ? owner : undefined;
}

function encodeAssistant(group: AssistantGroup, dialect: Dialect): ChatMessage[] {
  const text = group.messages.map(textOf).join("\n");
  if (group.calls.length === 0) {
    return text === "" ? [] : [{ role: "assistant", content: text }];
  }
  return [
    {
      role: "assistant",
      content: text === "" ? null : text,
      ...(dialect.replaysReasoning ? encodeReasoning(group.reasoning) : {}),
      tool_calls: group.calls.map(encodeCall),
    },
    ...group.calls.map((call) => ({
      role: "tool",
      tool_call_id: call.call_id,
      // A call that was interrupted, or whose program was killed, has no output; templates insist on one.
      content: group.outputs.get(call.call_id) ?? "aborted",
    })),
  ];
}

/** Under the field it came in on; inline thinking has none and is not sent back, since templates drop it. */
function encodeReasoning(reasoning: readonly ReasoningItem[]): ChatMessage {
  const byField = new Map<string, string>();
  for (const { field, content } of reasoning) {
    if (field === undefined) {
      continue;
    }
    const text = content.map((part) => part.text).join("");
    byField.set(field, (byField.get(field) ?? "") + text);
  }
  return Object.fromEntries(byField);
}

/** Arguments that are not a JSON object would break templates that parse them, a turn later (litellm#33678). */
function encodeCall(call: FunctionCallItem): ChatMessage {
  const whole = asObject(parseJson(call.arguments)) !== undefined;
  return {
    id: call.call_id,
    type: "function",
    function: { name: call.name, arguments: whole ? call.arguments : "{}" },
  };
}

function textOf(message: MessageItem): string {
  return message.content.map((part) => part.text).join("");
}
