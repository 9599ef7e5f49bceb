import type { PromptChange } from "../protocol/index.ts";
import { asArray, asObject, type JsonObject, parseJson } from "./json.ts";

/** What went over the line, kept to be compared with what goes next. Nothing is read of it before that is wanted. */
export interface SentPrompt {
  /** How much of an earlier prompt stands at the front of this one, and what comes first that does not. */
  compareWith(earlier: SentPrompt): PromptComparison;
  readonly parts: () => readonly PromptPart[];
}

export interface PromptComparison {
  /** Of the earlier prompt, in [0, 1]. */
  readonly sharedPart: number;
  readonly change?: PromptChange;
}

/** In the order in which templates put them. */
type PromptPart =
  | { readonly part: "setting" | "tools"; readonly name: string; readonly text: string }
  | { readonly part: "instructions"; readonly text: string }
  | { readonly part: "message"; readonly role: string; readonly text: string; readonly content: unknown };

export function sentPrompt(body: string): SentPrompt {
  let read: readonly PromptPart[] | undefined;
  const parts = () => {
    read ??= readParts(asObject(parseJson(body)) ?? {});
    return read;
  };
  return { parts, compareWith: (earlier) => compare(earlier.parts(), parts()) };
}

function compare(earlier: readonly PromptPart[], later: readonly PromptPart[]): PromptComparison {
  const total = earlier.reduce((sum, { text }) => sum + text.length, 0);
  let shared = 0;
  for (const [index, before] of earlier.entries()) {
    const after = later[index];
    const isLast = index === earlier.length - 1;
    if (after === undefined || !(isSame(before, after) || (isLast && isExtended(before, after)))) {
      const common = after === undefined ? 0 : commonLength(before.text, after.text);
      const change = changeOf(before, after, { common, index: index - firstMessage(earlier) });
      return { sharedPart: (shared + common) / Math.max(1, total), change };
    }
    shared += before.text.length;
  }
  return { sharedPart: 1 };
}

function isSame(before: PromptPart, after: PromptPart): boolean {
  return before.part === after.part && before.text === after.text;
}

/** Words of the user's that wait for an answer are one message, to which more may come. */
function isExtended(before: PromptPart, after: PromptPart): boolean {
  return (
    before.part === "message" &&
    after.part === "message" &&
    before.role === "user" &&
    after.role === "user" &&
    typeof before.content === "string" &&
    typeof after.content === "string" &&
    after.content.startsWith(before.content)
  );
}

/** So much is shown of the place where two texts part. */
const SHOWN = { before: 12, after: 40 };

function changeOf(
  before: PromptPart,
  after: PromptPart | undefined,
  { common, index }: { readonly common: number; readonly index: number },
): PromptChange {
  // What is gone, or came in between, stands in front of what is found in its place.
  const first = after !== undefined && isInFront(after, before) ? after : before;
  switch (first.part) {
    case "instructions":
      return { part: "instructions" };
    case "setting":
    case "tools":
      return { part: first.part, name: first.name };
    case "message": {
      const from = Math.max(0, common - SHOWN.before);
      const excerpt = (text: string) => text.slice(from, common + SHOWN.after);
      return {
        part: "message",
        index,
        role: first.role,
        before: excerpt(first.text),
        after: excerpt(after?.text ?? ""),
      };
    }
    default:
      return first satisfies never;
  }
}

const ORDER = [
  "setting",
  "tools",
  "instructions",
  "message",
] as const satisfies readonly PromptPart["part"][];

function isInFront(one: PromptPart, other: PromptPart): boolean {
  return one.part === "setting" && other.part === "setting"
    ? one.name < other.name
    : ORDER.indexOf(one.part) < ORDER.indexOf(other.part);
}

function firstMessage(parts: readonly PromptPart[]): number {
  return parts.findIndex(({ part }) => part === "message");
}

function commonLength(left: string, right: string): number {
  const most = Math.min(left.length, right.length);
  let length = 0;
  while (length < most && left[length] === right[length]) {
    length += 1;
  }
  return length;
}

/** What says how an answer is to be sent, and is no part of what the model reads. */
const NO_PROMPT = new Set([
  "messages",
  "input",
  "instructions",
  "tools",
  "stream",
  "stream_options",
  "return_progress",
  "store",
  "include",
  "max_tokens",
  "max_completion_tokens",
  "max_output_tokens",
  "response_format",
  "text",
  "tool_choice",
  "temperature",
  "top_p",
  "top_k",
  "min_p",
  "seed",
  "id_slot",
  "cache_prompt",
  "keep_alive",
  "ttl",
  "user",
  "priority",
  "prompt_cache_key",
]);

function readParts(body: JsonObject): PromptPart[] {
  const { instructions } = body;
  const settings = Object.keys(body)
    .filter((name) => !NO_PROMPT.has(name))
    .sort();
  return [
    ...settings.map((name) => ({ part: "setting" as const, name, text: JSON.stringify(body[name]) ?? "" })),
    ...asArray(body["tools"]).map((tool) => ({
      part: "tools" as const,
      name: toolName(tool),
      text: JSON.stringify(tool) ?? "",
    })),
    ...(typeof instructions === "string" ? [{ part: "instructions" as const, text: instructions }] : []),
    ...[...asArray(body["messages"]), ...asArray(body["input"])].map(readMessage),
  ];
}

function readMessage(message: unknown): PromptPart {
  const fields = asObject(message);
  const role = fields?.["role"] ?? fields?.["type"];
  // The whole of the system prompt is in it, and nobody wrote it in the conversation.
  return role === "system"
    ? { part: "instructions", text: JSON.stringify(message) }
    : {
        part: "message",
        role: typeof role === "string" ? role : "unknown",
        text: JSON.stringify(message) ?? "",
        content: fields?.["content"],
      };
}

function toolName(tool: unknown): string {
  const fields = asObject(tool);
  const name = asObject(fields?.["function"])?.["name"] ?? fields?.["name"];
  return typeof name === "string" ? name : "unknown";
}
