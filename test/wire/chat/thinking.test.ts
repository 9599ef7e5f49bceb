import { describe, expect, test } from "vitest";
import { createChatDecoder } from "../../../src/wire/chat/decode.ts";
import type { ModelEvent } from "../../../src/wire/index.ts";
import type { ThinkingStart } from "../../../src/wire/response-decoder.ts";
import { shown } from "../../support/chat-replay.ts";

/** Where thinking and answer part, for all that a server without a reasoning parser lets through. */

interface Row {
  readonly title: string;
  readonly start?: ThinkingStart;
  readonly content: string;
  /** In a field of its own, before the content. */
  readonly field?: string;
  readonly finish?: string;
  readonly reasoning?: string;
  readonly text?: string;
  readonly calls?: readonly string[];
  readonly learnt?: boolean;
}

const CALL = '<tool_call>{"name": "list", "arguments": {}}</tool_call>';

const CLOSING_ONLY: readonly Row[] = [
  { title: "</think>", content: "hm\n</think>\n\nHi", reasoning: "hm", text: "Hi", learnt: true },
  { title: "[/THINK]", content: "hm[/THINK]Hi", reasoning: "hm", text: "Hi", learnt: true },
  { title: "</seed:think>", content: "hm</seed:think>Hi", reasoning: "hm", text: "Hi", learnt: true },
  { title: "</mm:think>", content: "hm</mm:think>Hi", reasoning: "hm", text: "Hi", learnt: true },
  { title: "</thinking>", content: "hm</thinking>Hi", reasoning: "hm", text: "Hi", learnt: true },
  { title: "<channel|>", content: "hm<channel|>Hi", reasoning: "hm", text: "Hi", learnt: true },
  {
    title: "<|END_THINKING|>",
    content: "hm<|END_THINKING|><|START_TEXT|>Hi<|END_TEXT|>",
    reasoning: "hm",
    text: "Hi",
    learnt: true,
  },
  { title: "Apriel's", content: "hm\n[BEGIN FINAL RESPONSE]\nHi", reasoning: "hm", text: "Hi", learnt: true },
  { title: "at once", content: "</think>\nHi", text: "Hi", learnt: true },
  { title: "and nothing after it", content: "hm</think>\n", reasoning: "hm", learnt: true },
  {
    title: "a second one is text",
    content: "a</think>b</think>c",
    reasoning: "a",
    text: "b</think>c",
    learnt: true,
  },
  {
    title: "after an opening one in the text",
    content: "So <think>a</think> b",
    text: "So <think>a</think> b",
  },
  {
    title: "after an opening one of another kind",
    content: "So [THINK] b</think>c",
    reasoning: "So [THINK] b",
    text: "c",
    learnt: true,
  },
  { title: "a fake-out", content: "a </thing> b </thin", text: "a </thing> b </thin" },
  {
    title: "spoken of in backticks",
    content: "Close it with `</think>`.",
    text: "Close it with `</think>`.",
  },
  { title: "in backticks at the end", content: "Close it with `</think>", text: "Close it with `</think>" },
  {
    title: "inside the markup of a call",
    content: `a${CALL.replace("{}", '{"a": "</think>"}')}`,
    text: "a",
    calls: ["list"],
  },
  {
    title: "before a call",
    content: `hm</think>Now.${CALL}`,
    reasoning: "hm",
    text: "Now.",
    calls: ["list"],
    learnt: true,
  },
  {
    title: "before a call without markers",
    content: 'hm</think>\n{"name": "list", "parameters": {}}',
    reasoning: "hm",
    calls: ["list"],
    learnt: true,
  },
  {
    title: "after thinking of its own field",
    field: "hm",
    content: "a</think>b",
    reasoning: "hm",
    text: "a</think>b",
  },
  {
    title: "after a call that the thinking ends with",
    content: `hm ${CALL}\n</think>\n`,
    reasoning: "hm",
    calls: ["list"],
    learnt: true,
  },
];

const WRAPPED: readonly Row[] = [
  { title: "in answer", content: "<think>hm</think>\n<answer>\nHi\n</answer>", reasoning: "hm", text: "Hi" },
  {
    title: "in response",
    start: "open",
    content: "hm</think><response>Hi</response>",
    reasoning: "hm",
    text: "Hi",
  },
  {
    title: "not wrapped",
    content: "<think>hm</think><answers>Hi</answer>",
    reasoning: "hm",
    text: "<answers>Hi</answer>",
  },
  { title: "cut", content: "<think>hm</think><answ", reasoning: "hm", text: "<answ" },
  { title: "without thinking", content: "<answer>Hi</answer>", text: "<answer>Hi</answer>" },
];

const OPEN: readonly Row[] = [
  { title: "closed", start: "open", content: "hm</think>Hi", reasoning: "hm", text: "Hi" },
  { title: "closed at once", start: "open", content: "\n</think>\n\nHi", text: "Hi" },
  {
    title: "an opening tag all the same",
    start: "open",
    content: "<think>\nhm</think>Hi",
    reasoning: "hm",
    text: "Hi",
  },
  {
    title: "closed by another kind's tag",
    start: "open",
    content: "hm[/THINK]Hi",
    reasoning: "hm",
    text: "Hi",
  },
  { title: "never closed", start: "open", content: "hm, hm", reasoning: "hm, hm" },
  { title: "never closed, cut", start: "open", content: "hm </thi", finish: "length", reasoning: "hm </thi" },
  {
    title: "a fake-out",
    start: "open",
    content: "a </thing> b</think>c",
    reasoning: "a </thing> b",
    text: "c",
  },
  {
    title: "thinking in a field after all",
    start: "open",
    field: "hm",
    content: "Hi",
    reasoning: "hm",
    text: "Hi",
  },
];

const LIKELY_OPEN: readonly Row[] = [
  { title: "closed", start: "likely-open", content: "hm</think>Hi", reasoning: "hm", text: "Hi" },
  { title: "never closed", start: "likely-open", content: "Hi\nyou", text: "Hi\nyou", learnt: false },
  { title: "never closed, cut", start: "likely-open", content: "hm", finish: "length", reasoning: "hm" },
  {
    title: "opened by the model",
    start: "likely-open",
    content: "<think>hm</think>Hi",
    reasoning: "hm",
    text: "Hi",
    learnt: false,
  },
  { title: "opened by the model, never closed", start: "likely-open", content: "<think>hm", reasoning: "hm" },
  {
    title: "a field of its own",
    start: "likely-open",
    field: "hm",
    content: "Hi",
    reasoning: "hm",
    text: "Hi",
    learnt: false,
  },
  { title: "nothing", start: "likely-open", content: "" },
];

const CALLS_IN_THINKING: readonly Row[] = [
  { title: "quoted", content: `<think>like ${CALL} so</think>Hi`, reasoning: `like ${CALL} so`, text: "Hi" },
  {
    title: "quoted at its end",
    content: `<think>like ${CALL}</think>Hi`,
    reasoning: `like ${CALL}`,
    text: "Hi",
  },
  {
    title: "quoted, then made",
    start: "open",
    content: `like ${CALL} hm\n</think>\n${CALL}`,
    reasoning: `like ${CALL} hm`,
    calls: ["list"],
  },
  {
    title: "instead of closing",
    start: "open",
    content: `Let me look.\n${CALL}`,
    reasoning: "Let me look.",
    calls: ["list"],
  },
  {
    title: "instead of closing a tag",
    content: `<think>Look.${CALL}\n`,
    reasoning: "Look.",
    calls: ["list"],
  },
  {
    title: "closed after it",
    start: "open",
    content: `Look.${CALL}</think>`,
    reasoning: "Look.",
    calls: ["list"],
  },
  { title: "cut", start: "open", content: `Look.${CALL}`, finish: "length", reasoning: `Look.${CALL}` },
  {
    title: "half",
    start: "open",
    content: `Look.${CALL.slice(0, -14)}`,
    reasoning: `Look.${CALL.slice(0, -14)}`,
  },
  {
    title: "of special tokens",
    content: "<think>Look.<|tool_call_begin|>functions.list:0<|tool_call_argument_begin|>{}",
    reasoning: "Look.",
    calls: ["list"],
  },
];

describe.each(Object.entries({ CLOSING_ONLY, WRAPPED, OPEN, LIKELY_OPEN, CALLS_IN_THINKING }))(
  "%s",
  (_, rows) => {
    test.each(rows)("$title", (row) => {
      for (const pieces of [[row.content], [...row.content]]) {
        expect(decode(row, pieces)).toEqual({
          reasoning: row.reasoning ?? "",
          text: row.text ?? "",
          kept: { reasoning: row.reasoning ?? "", message: row.text ?? "" },
          calls: row.calls ?? [],
          learnt: row.learnt === undefined ? undefined : { opensThinking: row.learnt },
          isEmpty: row.text === undefined && row.calls === undefined,
        });
      }
    });
  },
);

test("no more is held back than may become a tag", () => {
  const { push } = start({ start: "tagged" });
  expect(["a </", "b", "</thin", "g", "`</think>", "` c"].map((text) => push({ content: text }))).toEqual([
    ["text-delta:a "],
    ["text-delta:</b"],
    [],
    ["text-delta:</thing"],
    ["text-delta:`"],
    ["text-delta:</think>` c"],
  ]);
});

test("what was shown as answer is named in the event", () => {
  const { push } = start({ start: "tagged" });
  push({ content: "h" });
  push({ content: "m" });
  expect(push({ content: "</think>Hi" })).toEqual(["response-reclassified:hm", "text-delta:Hi"]);
});

function start({ start: thinkingStart }: { start: ThinkingStart }) {
  const decoder = createChatDecoder({
    offeredTools: [{ name: "list", description: "", parameters: { type: "object" } }],
    newCallId: () => "made",
    thinkingStart,
  });
  const all: ModelEvent[] = [];
  const push = (delta: object, finish?: string) => {
    const events: ModelEvent[] = [];
    const data = JSON.stringify({ choices: [{ delta, finish_reason: finish ?? null }] });
    decoder.push({ event: "", data }, events);
    all.push(...events);
    return events.map((event) => ("text" in event ? `${event.type}:${event.text}` : event.type));
  };
  return { decoder, push, all };
}

function decode(row: Row, pieces: readonly string[]) {
  const { decoder, push, all } = start({ start: row.start ?? "tagged" });
  if (row.field !== undefined) {
    push({ reasoning_content: row.field });
  }
  for (const content of pieces) {
    push({ content });
  }
  push({}, row.finish ?? "stop");
  const { items, completion, learnt } = decoder.end(all);
  const { text, reasoning } = shown(all);
  const kept = (type: "message" | "reasoning") =>
    items
      .flatMap((item) =>
        item.type === type ? item.content.map((part) => ("text" in part ? part.text : "")) : [],
      )
      .join("")
      .trim();
  return {
    reasoning: reasoning.trim(),
    text: text.trim(),
    kept: { reasoning: kept("reasoning"), message: kept("message") },
    calls: items.flatMap((item) => (item.type === "function_call" ? [item.name] : [])),
    learnt,
    isEmpty: completion.isEmpty,
  };
}
