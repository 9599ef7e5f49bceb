import type {
  FunctionCallItem,
  FunctionCallOutputItem,
  HistoryItem,
  MessageItem,
  ReasoningItem,
} from "../../protocol/index.ts";

export interface UserGroup {
  readonly role: "user";
  readonly messages: readonly MessageItem[];
}

/** What the model produced in one response, and what came of its calls. */
export interface AssistantGroup {
  readonly role: "assistant";
  readonly messages: MessageItem[];
  readonly reasoning: ReasoningItem[];
  readonly calls: AnsweredCall[];
}

interface AnsweredCall {
  readonly call: FunctionCallItem;
  output?: string;
}

/** Outputs end a group: what the model says after it has seen one is another response. */
export function groupItems(items: readonly HistoryItem[]): readonly (UserGroup | AssistantGroup)[] {
  const groups: (UserGroup | AssistantGroup)[] = [];
  let open: AssistantGroup | undefined;
  const assistant = (): AssistantGroup => {
    if (open === undefined) {
      open = { role: "assistant", messages: [], reasoning: [], calls: [] };
      groups.push(open);
    }
    return open;
  };
  const waiting = new Map<string, WaitingCalls>();
  for (const item of items) {
    switch (item.type) {
      case "message":
        if (item.role === "assistant") {
          assistant().messages.push(item);
        } else {
          groups.push({ role: "user", messages: [item] });
          open = undefined;
        }
        break;
      case "reasoning":
        assistant().reasoning.push(item);
        break;
      case "function_call": {
        const group = assistant();
        const call: AnsweredCall = { call: item };
        group.calls.push(call);
        const others = waiting.get(item.call_id);
        if (others?.group === group) {
          others.calls.push(call);
        } else {
          waiting.set(item.call_id, { group, calls: [call] });
        }
        break;
      }
      case "function_call_output":
        answer(waiting.get(item.call_id), item);
        // One without a call says nothing, and ends nothing that has no call to wait for.
        open = open?.calls.length === 0 ? open : undefined;
        break;
      default:
        item satisfies never;
    }
  }
  return groups;
}

/**
 * Ids may come back in a later response (Kimi numbers calls anew each time): the calls of the latest response
 * own the outputs, and among themselves in the order they were made.
 */
interface WaitingCalls {
  readonly group: AssistantGroup;
  readonly calls: AnsweredCall[];
}

function answer(waiting: WaitingCalls | undefined, { output }: FunctionCallOutputItem): void {
  const call = waiting?.calls.shift();
  if (call !== undefined) {
    call.output = output;
  }
}
