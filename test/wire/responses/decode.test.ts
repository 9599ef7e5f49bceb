import { expect, test } from "vitest";
import type { HistoryItem } from "../../../src/protocol/index.ts";
import type { ModelEvent } from "../../../src/wire/index.ts";
import { createResponsesDecoder } from "../../../src/wire/responses/decode.ts";
import { replay } from "../../support/replay.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { loadVectors, splits } from "../../support/vectors.ts";

function decoder() {
  let id = 0;
  return createResponsesDecoder({
    offeredTools: [{ name: "shell", description: "", parameters: {} }],
    newCallId: () => `made_${++id}`,
    thinkingStart: "tagged",
  });
}

function itemsOf(name: string): readonly HistoryItem[] {
  const vector = loadVectors("responses").find((entry) => entry.name === name);
  if (vector === undefined) {
    throw new Error(`no vector ${name}`);
  }
  return replay(decoder(), splits(vector).given).items;
}

const SUMMARY = (text: string) => ({ type: "summary_text", text });

/** What must be kept of thinking, so that it can be sent back. */
test.each<[string, readonly object[]]>([
  [
    "reasoning-encrypted-without-text",
    [
      { type: "reasoning", id: "rs_1", summary: [], content: [], encrypted_content: "gAAAsealed" },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "Done." }] },
    ],
  ],
  [
    "reasoning-summary-then-call",
    [
      {
        type: "reasoning",
        id: "rs_1",
        summary: [SUMMARY("**Looking**"), SUMMARY("List the files.")],
        content: [],
        encrypted_content: "gAAA1",
      },
      { type: "function_call", name: "shell", arguments: '{"command":"ls"}', call_id: "call_1" },
    ],
  ],
  [
    "llamacpp-no-indexes",
    [
      {
        type: "reasoning",
        id: "rs_a",
        summary: [],
        content: [{ type: "reasoning_text", text: "Need ls." }],
        encrypted_content: null,
      },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "Listing." }] },
      { type: "function_call", name: "shell", arguments: '{"command":"ls"}', call_id: "call_1" },
    ],
  ],
  [
    "lmstudio-reasoning-after-answer",
    [
      {
        type: "reasoning",
        id: "rs_1",
        summary: [],
        content: [{ type: "reasoning_text", text: "The user greets." }],
        encrypted_content: null,
      },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "Hi!" }] },
    ],
  ],
  [
    "both-tellings-of-thinking",
    [
      {
        type: "reasoning",
        id: "rs_1",
        summary: [SUMMARY("In short.")],
        content: [{ type: "reasoning_text", text: "All of it." }],
        encrypted_content: null,
      },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "Hi" }] },
    ],
  ],
  [
    "thinking-between-calls",
    [
      { type: "reasoning", id: "rs_1", summary: [SUMMARY("One.")], content: [], encrypted_content: "e1" },
      { type: "function_call", name: "shell", arguments: '{"command":"ls"}', call_id: "call_1" },
      { type: "reasoning", id: "rs_2", summary: [SUMMARY("Two.")], content: [], encrypted_content: "e2" },
      { type: "function_call", name: "shell", arguments: '{"command":"pwd"}', call_id: "call_2" },
    ],
  ],
])("items of %s", (name, expected) => {
  expect(itemsOf(name)).toEqual(expected);
});

test("a repair is told, and what was unreadable is counted", () => {
  const item = { type: "function_call", call_id: "1", name: "shell", arguments: '{"command":"ls",}' };
  const { completion } = decode([
    "{broken",
    JSON.stringify({ type: "response.output_item.done", item }),
    JSON.stringify({ type: "response.completed", response: {} }),
  ]);
  expect(completion).toMatchObject({
    finish: "tool_calls",
    repairs: [{ name: "shell", repairs: ["trailing commas"] }],
    unreadableEvents: 1,
  });
});

test("nothing counts after the end", () => {
  const { events, completion } = decode([
    JSON.stringify({ type: "response.completed", response: { status: "completed" } }),
    JSON.stringify({ type: "response.output_text.delta", delta: "late" }),
    JSON.stringify({ type: "error", message: "late" }),
  ]);
  expect(events).toEqual([]);
  expect(completion.finish).toBe("stop");
});

/** Values of every kind in every field an event has: nothing throws, nothing broken is run. */
test.each(Array.from({ length: 40 }, (_, index) => index + 1))("hostile events, seed %i", (seed) => {
  const random = seededRandom(seed);
  const frames = Array.from({ length: 200 }, () => JSON.stringify(hostileEvent(random)));
  const { items, completion } = decode(frames);
  const invalid = new Set(completion.invalidCalls.map((call) => call.id));
  const calls = items.filter((item) => item.type === "function_call");
  expect(new Set(calls.map((call) => call.call_id)).size).toBe(calls.length);
  for (const call of calls.filter(({ call_id }) => !invalid.has(call_id))) {
    expect(JSON.parse(call.arguments)).toBeTypeOf("object");
  }
});

test("a value nested deeper than the stack", () => {
  const depth = 20_000;
  const deep = `${"[".repeat(depth)}${"]".repeat(depth)}`;
  const frames = ["item", "response", "part", "delta"].flatMap((field) =>
    TYPES.filter((type) => type !== "error" && !ENDS.has(type)).map(
      (type) =>
        `{"type":"${type}","${field}":{"type":"function_call","arguments":{"a":${deep}},"text":${deep}}}`,
    ),
  );
  expect(decode(frames).completion.isEmpty).toBe(true);
});

test("byte by byte of one call of many deltas, and many items", () => {
  const deltas = Array.from({ length: 20_000 }, () =>
    JSON.stringify({ type: "response.function_call_arguments.delta", item_id: "a", delta: " " }),
  );
  const items = Array.from({ length: 20_000 }, (_, index) =>
    JSON.stringify({
      type: "response.output_item.done",
      item: { type: "message", id: `m${index}`, content: [{ type: "output_text", text: "x" }] },
    }),
  );
  const { items: kept } = decode([...deltas, ...items, '{"type":"response.completed","response":{}}']);
  expect(kept.filter((item) => item.type === "message")).toHaveLength(1);
});

function decode(frames: readonly string[]) {
  const events: ModelEvent[] = [];
  const own = decoder();
  for (const data of frames) {
    own.push({ event: "", data }, events);
  }
  return { ...own.end(events), events };
}

const ENDS = new Set(["response.completed", "response.incomplete", "response.failed"]);
const TYPES = [
  "response.output_text.delta",
  "response.output_text.done",
  "response.refusal.done",
  "response.content_part.done",
  "response.reasoning_text.delta",
  "response.reasoning_text.done",
  "response.reasoning_summary_text.delta",
  "response.reasoning_summary_part.added",
  "response.reasoning_summary_part.done",
  "response.function_call_arguments.delta",
  "response.function_call_arguments.done",
  "response.custom_tool_call_input.done",
  "response.output_item.added",
  "response.output_item.done",
  "response.in_progress",
  "error",
  ...ENDS,
];

function hostileEvent(random: () => number): unknown {
  const pick = <Value>(values: readonly Value[]): Value =>
    values[Math.floor(random() * values.length)] as Value;
  const scalar = () =>
    pick<unknown>([null, true, 0, -1, 1e308, 3, "", "x", "__proto__", "constructor", '{"a":1}', "{", []]);
  const part = () =>
    pick<unknown>([
      scalar(),
      { type: pick(["output_text", "refusal", "summary_text"]), text: scalar(), refusal: scalar() },
    ]);
  const item = () => ({
    type: pick([
      "message",
      "reasoning",
      "function_call",
      "custom_tool_call",
      "web_search_call",
      null,
      "__proto__",
    ]),
    id: scalar(),
    call_id: scalar(),
    name: scalar(),
    arguments: pick<unknown>([scalar(), { __proto__: null, a: 1 }]),
    input: scalar(),
    content: pick<unknown>([scalar(), [part(), part()]]),
    summary: pick<unknown>([scalar(), [part()]]),
    encrypted_content: scalar(),
    status: scalar(),
  });
  // The end comes rarely, so that much is before it.
  const type = random() < 0.99 ? pick(TYPES.slice(0, -4)) : pick(TYPES);
  return {
    type,
    item_id: scalar(),
    output_index: scalar(),
    summary_index: scalar(),
    delta: scalar(),
    text: scalar(),
    arguments: scalar(),
    input: scalar(),
    part: part(),
    item: item(),
    prompt_progress: pick<unknown>([undefined, { processed: scalar(), total: scalar() }]),
    response: {
      output: pick<unknown>([scalar(), [item(), scalar(), item()]]),
      usage: { input_tokens: scalar() },
      error: scalar(),
    },
  };
}
