import type { FunctionCallItem, ReasoningItem } from "../../protocol/index.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { asObject, parseJson } from "../json.ts";
import type { ModelRequest } from "../model-request.ts";
import { createCallIds } from "./encode-call-ids.ts";
import { type ChatMessage, textOf } from "./encode-content.ts";
import type { AssistantGroup } from "./encode-groups.ts";
import { encodeReasoning, thinkingParts } from "./encode-reasoning.ts";
import { callAsText, resultAsText } from "./encode-text-tools.ts";

/** What the model said, if anything, and the results of its calls: messages, or texts the user is to say. */
export type AssistantEncoder = (
  group: AssistantGroup,
) => readonly [] | readonly [ChatMessage, ...(readonly (ChatMessage | string)[])];

/** Groups must come in the order of the history: ids are given out first come, first served. */
export function createAssistantEncoder(request: ModelRequest, dialect: Dialect): AssistantEncoder {
  const offered = new Set(request.tools.map((tool) => tool.name));
  const callIds = createCallIds(dialect.callIds);
  return (group) => {
    const said = group.messages.map(textOf).join("\n");
    // Qwen writes empty lines before its calls; Anthropic refuses text that is nothing else.
    const text = said.trim() === "" ? "" : said;
    const everywhere = dialect.reasoning === "always" ? encodeReasoning(group.reasoning, dialect) : {};
    if (group.calls.length === 0) {
      return text === "" ? [] : [{ role: "assistant", content: text, ...everywhere }];
    }
    const calls = group.calls.map(({ call, output }) => ({
      name: acceptableName(call.name, offered),
      argumentsText: wholeArguments(call),
      // A call that was interrupted, or whose program was killed, has no output; templates insist on one.
      output: output ?? "aborted",
    }));
    if (dialect.tools === "prompt") {
      const content = [...(text === "" ? [] : [text]), ...calls.map(callAsText)].join("\n");
      return [{ role: "assistant", content, ...everywhere }, calls.map(resultAsText).join("\n")];
    }
    const ids = callIds(group.calls.map(({ call }) => call.call_id));
    const identified = calls.map((call, index) => ({ ...call, id: ids[index] ?? "" }));
    const together = dialect.callsInOneMessage === "many" ? identified.length : 1;
    const first = { text, reasoning: group.reasoning, calls: identified.slice(0, together) };
    return [
      ...encodeCalls(first, dialect),
      ...identified
        .slice(together)
        .flatMap((call) => encodeCalls({ text: "", reasoning: [], calls: [call] }, dialect)),
    ];
  };
}

interface CallsMessage {
  readonly text: string;
  readonly reasoning: readonly ReasoningItem[];
  readonly calls: readonly {
    readonly id: string;
    readonly name: string;
    readonly argumentsText: string;
    readonly output: string;
  }[];
}

/** One message with calls, and their results. */
function encodeCalls(message: CallsMessage, dialect: Dialect): readonly [ChatMessage, ...ChatMessage[]] {
  const { reasoning, calls } = message;
  const replays = dialect.reasoning === "with-calls" || dialect.reasoning === "always";
  return [
    {
      role: "assistant",
      ...encodeContent(message, dialect),
      ...(replays ? encodeReasoning(reasoning, dialect) : {}),
      tool_calls: calls.map(({ id, name, argumentsText }) => ({
        id,
        type: "function",
        function: { name, arguments: argumentsText },
        ...dialect.callExtras,
      })),
    },
    ...calls.map(
      ({ id, name, output }): ChatMessage => ({
        role: "tool",
        tool_call_id: id,
        ...(dialect.namesToolResults ? { name } : {}),
        content: output,
      }),
    ),
  ];
}

function encodeContent({ text, reasoning }: CallsMessage, dialect: Dialect): object {
  const shown = dialect.textBesideCalls ? text : "";
  if (dialect.reasoning === "thinking-parts") {
    const parts = thinkingParts(reasoning);
    if (parts.length > 0) {
      return { content: shown === "" ? parts : [...parts, { type: "text", text: shown }] };
    }
  }
  if (shown !== "") {
    return { content: shown };
  }
  switch (dialect.emptyContent) {
    case "null":
      return { content: null };
    case "empty-string":
      return { content: "" };
    case "absent":
      return {};
    default:
      return dialect.emptyContent satisfies never;
  }
}

/** Names the model made up may be anything; OpenAI and others refuse all but these characters, up to 64. */
export function acceptableName(name: string, offered: ReadonlySet<string>): string {
  if (offered.has(name)) {
    return name;
  }
  // The namespace of Harmony is none of the model's name, also where the name is not one of ours.
  const plain = name
    .replace(/^functions\./, "")
    .replace(/[^A-Za-z0-9_-]/g, "_")
    .slice(0, 63);
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
}

/** Arguments that are not a JSON object would break templates that parse them, a turn later (litellm#33678). */
export function wholeArguments(call: FunctionCallItem): string {
  return asObject(parseJson(call.arguments)) === undefined ? "{}" : call.arguments;
}
