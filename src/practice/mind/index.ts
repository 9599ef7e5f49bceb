/** The built-in mind: from the conversation so far and the tools offered to the next reply, purely. */
import type { SemanticReply } from "../script.ts";
import { answerCheck } from "./answer-check.ts";
import { answerPrompt } from "./answer-prompt.ts";
import { readConversation } from "./conversation.ts";
import { proseFor } from "./language.ts";
import { mendTest } from "./mend-test.ts";
import { readTools } from "./offered-tools.ts";

// About tests or about mending: the job the demo shows. Everything else is answered.
const ABOUT_TESTS =
  /\b(?:tests?|testing|fail(?:s|ed|ing|ure|ures)?|fix(?:es|ed|ing)?|bugs?|broken|mend|repair)\b|测试|測試|失败|失敗|修复|修復|修好|修正|报错|報錯|错误|錯誤/i;

export function decide(messages: readonly unknown[], tools: readonly unknown[]): SemanticReply {
  const conversation = readConversation(messages);
  const check = answerCheck(conversation, { messages, tools });
  if (check !== null) {
    return check;
  }
  const offered = readTools(tools);
  const prose = proseFor(conversation.prompt);
  return ABOUT_TESTS.test(conversation.prompt)
    ? mendTest(conversation, offered, prose)
    : answerPrompt(conversation, offered, prose);
}
