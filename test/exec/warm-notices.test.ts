import { expect, test } from "vitest";
import { noticeText } from "../../src/exec/notice-text.ts";
import type { Notice } from "../../src/protocol/index.ts";

const explain = () => ({ message: "nothing listens there" });
const error = { kind: "connection_refused", message: "" } as const;

test.each<{ notice: Notice; text: string }>([
  {
    notice: { kind: "slot-queued", slots: 1, holders: [12] },
    text: "queued: the server's only slot is used by another leat session (pid 12); Ctrl-C ends the wait",
  },
  {
    notice: { kind: "slot-queued", slots: 2, holders: [12, 13] },
    text: "queued: all 2 slots of the server are used by other leat sessions (pid 12, 13); Ctrl-C ends the wait",
  },
  {
    notice: { kind: "prewarmed", elapsedMs: 3921, end: "read", tokens: 1180, cached: 0 },
    text: "prewarmed 1,180 tokens in 3.9 s",
  },
  {
    notice: { kind: "prewarmed", elapsedMs: 40, end: "read", tokens: 1180, cached: 1100 },
    text: "prewarmed 1,180 tokens in 0.0 s, 1,100 of them from the cache",
  },
  { notice: { kind: "prewarmed", elapsedMs: 2000, end: "read" }, text: "prewarmed the prompt in 2.0 s" },
  {
    notice: { kind: "prewarmed", elapsedMs: 2000, end: "cut", tokens: 600, total: 1180 },
    text: "prewarming was cut short by the prompt after 2.0 s: 600 of 1,180 tokens are read",
  },
  {
    notice: { kind: "prewarmed", elapsedMs: 2000, end: "cut" },
    text: "prewarming was cut short by the prompt after 2.0 s",
  },
  {
    notice: { kind: "prewarmed", elapsedMs: 100, end: "failed", error },
    text: "prewarming failed after 0.1 s: nothing listens there",
  },
])("$text", ({ notice, text }) => {
  expect(noticeText(notice, explain)).toBe(text);
});
