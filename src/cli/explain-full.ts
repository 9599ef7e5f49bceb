import { contextText, largerWindow } from "../exec/index.ts";
import { formatCount } from "../figures/index.ts";
import type { ContextError, ContextPart } from "../protocol/index.ts";
import type { Explanation } from "./explanation.ts";

/** Why a conversation, or its first prompt, has no room in the context window. */
export function explainContextFull({ limitTokens, fill, unsent }: ContextError): Explanation {
  if (unsent === undefined) {
    return {
      message: `Conversation is still above the token limit after automatic summarization (limit ${limitTokens}, current ${fill.tokens}). Please start a new session or trim your input.`,
      hint: `It holds ${contextText(fill)}. Load the model with a larger context and say so with model_context_window, or ask for the work in smaller pieces.`,
    };
  }
  const { window = limitTokens } = fill;
  return {
    message: `the prompt was not sent: it has about ${formatCount(fill.tokens)} tokens, the context holds ${formatCount(window)}, and the answer needs room, too.`,
    hint: `It holds ${contextText(fill)}. ${shorter(fill.parts[0]?.part)}, or give the model more room. ${largerWindow({ ...unsent, least: fill.tokens })} If it has more already, model_context_window in config.toml says so.`,
  };
}

/** Of the largest part, what a user can do. */
function shorter(part: ContextPart | undefined): string {
  switch (part) {
    case "project":
      return "Shorten AGENTS.md, or read less of it with project_doc_max_bytes";
    case "user":
      return "Shorten the prompt: name files to be read in place of pasting them";
    case "instructions":
      return "Shorten the system prompt";
    case "tools":
      return "Offer fewer tools";
    default:
      return "Start a new session";
  }
}
