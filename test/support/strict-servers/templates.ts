import type { Message } from "./strict-server.ts";

/** What chat templates raise, as plain sentences: what they come wrapped in is the server's doing. */
export type Template = (messages: readonly Message[]) => string | undefined;

/** Devstral, Ministral 3: calls and results are not counted. */
export const mistralTemplate: Template = (messages) => {
  const counted = messages.filter(
    ({ role, tool_calls }) => role === "user" || (role === "assistant" && tool_calls === undefined),
  );
  return counted.some(({ role }, index) => (role === "user") !== (index % 2 === 0))
    ? "After the optional system message, conversation roles must alternate user and assistant roles except for tool calls and results."
    : undefined;
};

/** The template that came with Mistral models in MLX and LM Studio. */
export const noSystemTemplate: Template = (messages) =>
  messages.some(({ role }) => role === "system")
    ? "Only user, assistant and tool roles are supported, got system."
    : mistralTemplate(messages);

/** Gemma 2. */
export const gemma2Template: Template = (messages) =>
  messages[0]?.role === "system" ? "System role not supported" : strictAlternation(messages);

/** Gemma 3: the system message is taken apart before, everything else is counted, results of tools as well. */
export const gemma3Template: Template = (messages) =>
  strictAlternation(messages.filter(({ role }, index) => index > 0 || role !== "system"));

/** Mistral 7B: there is no system role, and it is counted. */
export const mistral7bTemplate: Template = (messages) => strictAlternation(messages);

function strictAlternation(messages: readonly Message[]): string | undefined {
  return messages.some(({ role }, index) => (role === "user") !== (index % 2 === 0))
    ? "Conversation roles must alternate user/assistant/user/assistant/..."
    : undefined;
}

/** Qwen3.5: the system message is the first, and arguments are an object's text. */
export const qwenTemplate: Template = (messages) => {
  if (messages.some(({ role }, index) => role === "system" && index > 0)) {
    return "System message must be at the beginning.";
  }
  return messages.every(({ role }) => ["system", "user", "assistant", "tool"].includes(role))
    ? undefined
    : "Unexpected message role.";
};

/** gpt-oss: with calls, what stands in the analysis channel is either the text or the thinking (llama.cpp#17040). */
export const gptOssTemplate: Template = (messages) =>
  messages.some(
    ({ tool_calls, content, reasoning, reasoning_content }) =>
      tool_calls !== undefined && Boolean(content) && Boolean(reasoning ?? reasoning_content),
  )
    ? "Cannot pass both content and thinking in an assistant message with tool calls! Put the analysis message in one or the other, but not both."
    : undefined;

/** Llama 3.1 and 3.2. */
export const llamaTemplate: Template = (messages) =>
  messages.some(({ tool_calls = [] }) => tool_calls.length > 1)
    ? "This model only supports single tool-calls at once!"
    : undefined;
