import { expect, test } from "vitest";
import { parseScript, type Script } from "../../src/practice/index.ts";

const everything: Script = {
  model: "m",
  replies: [
    {
      when: { body_has: "a", body_lacks: "b" },
      reasoning: "r",
      reasoning_field: "reasoning",
      inline_think: false,
      text: "t",
      calls: [
        { name: "shell", arguments: { command: "ls" }, id: "1" },
        { name: "x", arguments: "{" },
      ],
      usage: { prompt_tokens: 1 },
      finish: null,
      done: false,
      pace: { tokens_per_second: 80 },
      prefill: { tokens: 1, ms: 0 },
    },
    { usage: false, finish: "stop", pace: "full" },
    { status: 503, headers: { "Retry-After": "1" }, body: { error: {} }, delay_ms: 5 },
    { status: 200, chunks: ["a", { base64: "5L2g" }, { wait_ms: 1 }], end: "hang" },
  ],
  after: "repeat-last",
};

test("a script with everything in it is taken as it is", () => {
  expect(parseScript(everything)).toEqual({ ok: true, script: everything });
});

test.each<[unknown, string]>([
  [null, "the script must be an object"],
  [[], "the script must be an object"],
  [{}, "replies is missing"],
  [{ replies: {} }, "replies must be a list"],
  [{ replies: [], model: 1 }, "model must be a string"],
  [{ replies: [], after: "loop" }, 'after must be "repeat-last" or "fail"'],
  [{ replies: [], afer: "fail" }, "afer is not a known key (known here: model, replies, after)"],
  [{ replies: [], constructor: 1 }, "constructor is not a known key (known here: model, replies, after)"],
  [{ replies: [{}, {}, { status: "500" }] }, "replies[2].status must be a number"],
  [{ replies: [{ status: 99 }] }, "replies[0].status must be from 200 to 599"],
  [{ replies: [{ status: 200.5 }] }, "replies[0].status must be a whole number"],
  [
    { replies: [{ status: 400, text: "a" }] },
    "replies[0].text is not a known key (known here: when, status, headers, body, delay_ms)",
  ],
  [{ replies: [{ status: 400, body: 1 }] }, "replies[0].body must be a string or an object"],
  [{ replies: [{ status: 400, headers: { a: 1 } }] }, "replies[0].headers.a must be a string"],
  [
    { replies: [{ status: 400, headers: { "a b": "c" } }] },
    "replies[0].headers.a b is not a valid HTTP header",
  ],
  [
    { replies: [{ status: 400, headers: { a: "b\r\nc: d" } }] },
    "replies[0].headers.a is not a valid HTTP header",
  ],
  [{ replies: ["text"] }, "replies[0] must be an object"],
  [{ replies: [{ text: 1 }] }, "replies[0].text must be a string"],
  [
    { replies: [{ when: { body: "a" } }] },
    "replies[0].when.body is not a known key (known here: body_has, body_lacks)",
  ],
  [{ replies: [{ calls: [{ name: "a" }] }] }, "replies[0].calls[0].arguments is missing"],
  [
    { replies: [{ calls: [{ name: "a", arguments: [] }] }] },
    "replies[0].calls[0].arguments must be an object or a string",
  ],
  [{ replies: [{ usage: true }] }, "replies[0].usage must be an object or false"],
  [{ replies: [{ finish: 1 }] }, "replies[0].finish must be a string or null"],
  [{ replies: [{ done: "no" }] }, "replies[0].done must be true or false"],
  [
    { replies: [{ pace: "fast" }] },
    'replies[0].pace must be "human", "full" or an object with tokens_per_second',
  ],
  [
    { replies: [{ pace: { tokens_per_second: 0 } }] },
    "replies[0].pace.tokens_per_second must be from 0.01 to 1000000",
  ],
  [{ replies: [{ prefill: { tokens: 5 } }] }, "replies[0].prefill.ms is missing"],
  [{ replies: [{ chunks: [1] }] }, 'replies[0].chunks[0] must be a string, {"base64": …} or {"wait_ms": …}'],
  [{ replies: [{ chunks: [{ base64: "a" }] }] }, "replies[0].chunks[0].base64 must be base64 text"],
  [{ replies: [{ chunks: [{ wait_ms: -1 }] }] }, "replies[0].chunks[0].wait_ms must be from 0 to 2147483647"],
  [{ replies: [{ chunks: [], end: "reset" }] }, 'replies[0].end must be "close" or "destroy" or "hang"'],
])("%j: %s", (json, message) => {
  expect(parseScript(json)).toEqual({ ok: false, message });
});
