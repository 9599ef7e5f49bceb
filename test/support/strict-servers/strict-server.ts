/** A server that answers what it really takes, and refuses the rest with the body the real one sends. */
export interface StrictServer {
  readonly name: string;
  readonly check: (body: Body) => Refusal | undefined;
}

export interface Refusal {
  readonly status: number;
  readonly body: unknown;
}

export type Fields = Readonly<Record<string, unknown>>;

interface Body extends Fields {
  readonly messages: readonly Message[];
}

export interface Message extends Fields {
  readonly role: string;
  readonly tool_calls?: readonly WireCall[];
}

interface WireCall extends Fields {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: unknown };
}

export type Check = (body: Body) => Refusal | undefined;

/** The first refusal counts. */
export function server(name: string, ...checks: readonly Check[]): StrictServer {
  return {
    name,
    check: (body) => {
      for (const check of checks) {
        const refusal = check(body);
        if (refusal !== undefined) {
          return refusal;
        }
      }
      return undefined;
    },
  };
}

/** Asks of every message, with its place. */
export function eachMessage(
  check: (message: Message, index: number, messages: readonly Message[]) => Refusal | undefined,
): Check {
  return ({ messages }) => {
    for (const [index, message] of messages.entries()) {
      const refusal = check(message, index, messages);
      if (refusal !== undefined) {
        return refusal;
      }
    }
    return undefined;
  };
}

export function unknownKeys(fields: Fields, known: readonly string[]): string[] {
  return Object.keys(fields).filter((key) => !known.includes(key));
}

export const PARAMETERS = [
  "model",
  "messages",
  "tools",
  "tool_choice",
  "stream",
  "stream_options",
  "max_tokens",
  "max_completion_tokens",
  "reasoning_effort",
  "response_format",
  "temperature",
  "top_p",
  "seed",
  "stop",
  "parallel_tool_calls",
];

export const MESSAGE_FIELDS = ["role", "content", "name", "tool_calls", "tool_call_id"];

/** Every call is answered at once and every answer has its call: all servers want that. */
export function answered(refuse: (index: number, id: string) => Refusal): Check {
  return ({ messages }) => {
    let open = new Set<string>();
    for (const [index, message] of messages.entries()) {
      if (message.role === "tool") {
        const id = String(message["tool_call_id"]);
        if (!open.delete(id)) {
          return refuse(index, id);
        }
        continue;
      }
      const [missing] = open;
      if (missing !== undefined) {
        return refuse(index, missing);
      }
      const ids = (message.tool_calls ?? []).map((call) => call.id);
      open = new Set(ids);
      if (open.size !== ids.length) {
        return refuse(index, "duplicate");
      }
    }
    const [missing] = open;
    return missing === undefined ? undefined : refuse(messages.length, missing);
  };
}
