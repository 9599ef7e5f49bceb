/** What the practice model says to a prompt that is not about tests. */
import type { SemanticReply } from "../script.ts";
import type { Conversation } from "./conversation.ts";
import type { OfferedTools } from "./offered-tools.ts";
import type { Prose } from "./prose.ts";
import { excerpt, quote } from "./quote.ts";

const ASKS_TO_LOOK =
  /\b(?:look|list|ls|files?|folders?|director(?:y|ies)|what(?:'s| is) (?:in )?(?:here|this))\b|看看|看一下|列出|文件|目录|目錄|有什么|有什麼|有哪些|这里|這裡/i;

export function answerPrompt(conversation: Conversation, tools: OfferedTools, prose: Prose): SemanticReply {
  const [step] = conversation.steps;
  if (step) {
    return prose.sawListing(quote(step.output));
  }
  const look = ASKS_TO_LOOK.test(conversation.prompt) ? tools.runCommand("ls -la") : null;
  if (look) {
    return { ...prose.look(), calls: [look] };
  }
  return prose.repeatPrompt(excerpt(conversation.prompt, 200));
}
