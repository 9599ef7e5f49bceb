import { expect, test } from "vitest";
import { lastAnswer } from "../../src/agent/last-answer.ts";
import type { HistoryItem } from "../../src/protocol/index.ts";

const user: HistoryItem = { type: "message", role: "user", content: [{ type: "input_text", text: "hi" }] };
const say = (text: string): HistoryItem => ({
  type: "message",
  role: "assistant",
  content: [{ type: "output_text", text }],
});
const think: HistoryItem = { type: "reasoning", summary: [], content: [], encrypted_content: null };
const call: HistoryItem = { type: "function_call", name: "shell", arguments: "{}", call_id: "1" };
const output: HistoryItem = { type: "function_call_output", call_id: "1", output: "ok" };

test.each<{ name: string; items: HistoryItem[]; answer: string | null }>([
  { name: "nothing yet", items: [], answer: null },
  { name: "nothing since the user spoke", items: [user, say("old"), user], answer: null },
  { name: "one message", items: [user, think, say("done")], answer: "done" },
  {
    name: "what was said before a call is no part of it",
    items: [user, say("I look."), call, output, say("done")],
    answer: "done",
  },
  {
    name: "said before a call, and nothing after",
    items: [user, say("I look."), call, output],
    answer: "I look.",
  },
  {
    name: "parted by thinking",
    items: [user, call, output, say("one"), think, say("two")],
    answer: "one\ntwo",
  },
])("the last answer: $name", ({ items, answer }) => {
  expect(lastAnswer(items)).toBe(answer);
});
