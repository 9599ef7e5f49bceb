import { asArray, asObject, asText } from "../json.ts";

/** The content of a delta, parted into what is answer and what is thinking. */
export interface ContentDelta {
  readonly text: string;
  readonly reasoning: string;
  readonly refusal?: string;
}

/**
 * A string almost everywhere. Mistral's reasoning models send an array of parts, `thinking` and `text`, and
 * change to plain strings within the same stream.
 */
export function readContent(content: unknown): ContentDelta {
  if (typeof content === "string") {
    return { text: content, reasoning: "" };
  }
  let text = "";
  let reasoning = "";
  let refusal = "";
  for (const entry of asArray(content)) {
    const part = typeof entry === "string" ? { text: entry } : asObject(entry);
    if (part === undefined) {
      continue;
    }
    if (part["type"] === "thinking") {
      reasoning += thinkingText(part["thinking"] ?? part["text"]);
    } else {
      text += asText(part["text"]) ?? "";
      refusal += asText(part["refusal"]) ?? "";
    }
  }
  return { text, reasoning, refusal };
}

function thinkingText(thinking: unknown): string {
  if (typeof thinking === "string") {
    return thinking;
  }
  return asArray(thinking)
    .map((entry) => asText(asObject(entry)?.["text"]) ?? "")
    .join("");
}
