import { describe, expect, test } from "vitest";
import { createThinkTagSplitter } from "../../../src/wire/chat/think-tags.ts";

const cases: readonly { name: string; content: string; reasoning?: string; text?: string }[] = [
  { name: "plain text", content: "Hello", text: "Hello" },
  { name: "text keeps its white space", content: "\n Hello \n", text: "\n Hello \n" },
  { name: "thinking, then text", content: "<think>hm</think>Hello", reasoning: "hm", text: "Hello" },
  {
    name: "the line breaks around the tags belong to neither",
    content: "\n<think>\nhm\n</think>\n\nHello\n",
    reasoning: "hm\n",
    text: "Hello\n",
  },
  { name: "an empty block (Qwen without thinking)", content: "<think>\n\n</think>\n\nHello", text: "Hello" },
  { name: "Mistral's brackets", content: "[THINK]hm[/THINK]Hello", reasoning: "hm", text: "Hello" },
  {
    name: "a closing tag of the other kind is text",
    content: "<think>a[/THINK]b</think>c",
    reasoning: "a[/THINK]b",
    text: "c",
  },
  { name: "almost a closing tag", content: "<think>a</thin</think>b", reasoning: "a</thin", text: "b" },
  { name: "never closed", content: "<think>hm", reasoning: "hm" },
  { name: "cut off in the closing tag", content: "<think>hm</thi", reasoning: "hm</thi" },
  {
    name: "a tag later in the answer is text",
    content: "Use <think>x</think>.",
    text: "Use <think>x</think>.",
  },
  {
    name: "a second block is text",
    content: "<think>a</think>b<think>c</think>",
    reasoning: "a",
    text: "b<think>c</think>",
  },
  { name: "almost an opening tag", content: "<thin ice>", text: "<thin ice>" },
  { name: "the beginning of a tag at the end", content: "<thi", text: "<thi" },
  { name: "a closing tag alone is text", content: "hm</think>Hello", text: "hm</think>Hello" },
  { name: "nothing", content: "" },
  { name: "white space alone", content: " \n", text: " \n" },
  { name: "thinking and nothing after", content: "<think>hm</think>\n\n", reasoning: "hm" },
];

describe.each(cases)("$name", ({ content, reasoning = "", text = "" }) => {
  test.each([
    ["whole", [content]],
    ["character by character", content.split("")],
    ["in threes", content.match(/.{1,3}/gs) ?? []],
  ])("%s", (_, pieces) => {
    expect(split(pieces)).toEqual({ reasoning, text });
  });
});

test("no more is held back than may still become a tag", () => {
  const splitter = createThinkTagSplitter("tagged");
  const pieces = ["<thi", "nk>", "a", "b</", "c", "</think>", "\n", "d", "<"];
  expect(pieces.map((piece) => splitter.push(piece))).toEqual([
    [],
    [],
    [{ kind: "reasoning", text: "a" }],
    [{ kind: "reasoning", text: "b" }],
    [{ kind: "reasoning", text: "</c" }],
    [{ kind: "closed" }],
    [],
    [{ kind: "text", text: "d" }],
    [{ kind: "text", text: "<" }],
  ]);
});

function split(pieces: readonly string[]): { reasoning: string; text: string } {
  const splitter = createThinkTagSplitter("tagged");
  const segments = [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
  const join = (kind: string) =>
    segments.map((segment) => ("text" in segment && segment.kind === kind ? segment.text : "")).join("");
  return { reasoning: join("reasoning"), text: join("text") };
}
