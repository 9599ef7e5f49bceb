import type { MessageItem, ReasoningItem } from "../../protocol/index.ts";

/** An item as it goes out. Its keys are in a fixed order, since the bytes count. */
export type InputItem = Readonly<Record<string, unknown>>;

type ContentPart =
  | { readonly type: "input_text"; readonly text: string }
  | { readonly type: "input_image"; readonly image_url: string; readonly detail: "auto" };

/** Messages in a row are one; Ollama joins the texts of a message without a space, so those stand in one part. */
export function encodeUserMessage(messages: readonly MessageItem[]): InputItem {
  const parts: ContentPart[] = [];
  for (const message of messages) {
    let separator = "\n\n";
    for (const part of message.content) {
      const last = parts.at(-1);
      if (part.type === "input_image") {
        parts.push({ type: "input_image", image_url: part.image_url, detail: "auto" });
      } else if (last?.type === "input_text") {
        parts[parts.length - 1] = { type: "input_text", text: last.text + separator + part.text };
      } else {
        parts.push({ type: "input_text", text: part.text });
      }
      separator = "";
    }
  }
  return { type: "message", role: "user", content: parts };
}

/**
 * With every field of the SDK's type: vLLM and SGLang check against it (codex#12669, litellm#35213). OpenAI itself
 * takes an id for the name of something it keeps, and so gets none.
 */
export function encodeAnswer(text: string, id: string | undefined): InputItem {
  const content = [{ type: "output_text", text, annotations: [] }];
  return id === undefined
    ? { type: "message", role: "assistant", content }
    : { type: "message", id, status: "completed", role: "assistant", content };
}

/** Where thinking is sealed, only the seal is taken back. */
export function encodeSealedReasoning({ summary, encrypted_content }: ReasoningItem): InputItem[] {
  return encrypted_content === null ? [] : [{ type: "reasoning", summary, encrypted_content }];
}

/**
 * llama.cpp wants one part of text in every item and reads no other, also where the server that sent the thinking
 * called it a summary; Ollama reads only what it put into `encrypted_content`.
 */
export function encodeOpenReasoning(item: ReasoningItem, id: string): InputItem[] {
  const { summary, content, encrypted_content } = item;
  const full = content.map((part) => part.text).join("");
  const text = full === "" ? summary.map((part) => part.text).join("\n\n") : full;
  if (text === "") {
    return [];
  }
  return [
    {
      type: "reasoning",
      id: item.id ?? id,
      summary,
      content: [{ type: "reasoning_text", text }],
      ...(encrypted_content === null ? {} : { encrypted_content }),
    },
  ];
}
