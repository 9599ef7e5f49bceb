/** Reads the messages of a chat request: what was asked last, and what was done about it since. */

export interface Conversation {
  /** The last thing a person asked; blocks a client puts into user messages (environment, AGENTS.md) are left out. */
  readonly prompt: string;
  /** The working directory, where the client told it. */
  readonly directory: string | null;
  /** The tool calls since the prompt, in order. */
  readonly steps: readonly Step[];
}

export interface Step {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Empty where the client sent no result. */
  readonly output: string;
}

export function readConversation(messages: readonly unknown[]): Conversation {
  const known = messages.filter(isObject);
  const start = known.findLastIndex((message) => message["role"] === "user" && askedText(message) !== "");
  const last = known[start];
  return {
    prompt: last ? askedText(last) : "",
    directory: directoryIn(known.map(textOf).join("\n")),
    steps: stepsIn(known.slice(start + 1)),
  };
}

function askedText(message: Record<string, unknown>): string {
  return textOf(message)
    .replace(/^# AGENTS\.md instructions.*$/gm, "")
    .replace(/<([a-z]+(?:_[a-z]+)+|INSTRUCTIONS)>[\s\S]*?<\/\1>/g, "")
    .trim();
}

/** A message's content is a string, or a list of parts. */
function textOf(message: Record<string, unknown>): string {
  const content = message["content"];
  if (typeof content === "string") {
    return content;
  }
  if (!Array.isArray(content)) {
    return "";
  }
  return content
    .filter(isObject)
    .map((part) => (typeof part["text"] === "string" ? part["text"] : ""))
    .join("\n");
}

function directoryIn(text: string): string | null {
  const match = /<cwd>\s*(\/[^<\n]*?)\s*<\/cwd>|\b(?:cwd|working directory)\b[:=]?\s*`?(\/[^\n`<]+)/i.exec(
    text,
  );
  const found = match?.[1] ?? match?.[2];
  return found ? found.trim().replace(/\/+$/, "") : null;
}

function stepsIn(messages: readonly Record<string, unknown>[]): readonly Step[] {
  const outputs = new Map<unknown, string>();
  for (const message of messages) {
    if (message["role"] === "tool") {
      outputs.set(message["tool_call_id"], textOf(message));
    }
  }
  const steps: Step[] = [];
  for (const message of messages) {
    const calls = Array.isArray(message["tool_calls"]) ? message["tool_calls"].filter(isObject) : [];
    for (const call of calls) {
      const named = isObject(call["function"]) ? call["function"] : {};
      steps.push({
        tool: String(named["name"] ?? ""),
        arguments: readArguments(named["arguments"]),
        output: outputs.get(call["id"]) ?? "",
      });
    }
  }
  return steps;
}

function readArguments(text: unknown): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(String(text));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
