import { expect, test } from "vitest";
import type { SemanticReply } from "../../src/practice/script.ts";
import { ask, eventsOf, hi, startServer } from "./support.ts";

interface Chunk {
  choices: { delta: Record<string, unknown>; finish_reason: string | null }[];
  usage?: Record<string, unknown>;
  timings?: Record<string, number>;
  prompt_progress?: Record<string, number>;
}

async function stream(
  reply: SemanticReply,
  body: Record<string, unknown> = {},
): Promise<readonly (Chunk | string)[]> {
  const server = await startServer({ script: { model: "m", replies: [reply] } });
  const answer = await ask(server, { body: { messages: hi, stream: true, ...body } });
  expect(answer.end).toBe("complete");
  return eventsOf(answer.body) as readonly (Chunk | string)[];
}

const chunk = (delta: unknown, finish: string | null = null) => ({
  id: "chatcmpl-practice-1",
  object: "chat.completion.chunk",
  created: expect.any(Number),
  model: "m",
  system_fingerprint: "fp_leat_practice",
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const role = chunk({ role: "assistant", content: null });
const unmeasured = { usage: false } as const;

const streams: readonly (readonly [string, SemanticReply, readonly unknown[]])[] = [
  [
    "reasoning, then text, token by token",
    { ...unmeasured, reasoning: "Let me see.", text: "A word,\n你好" },
    [
      role,
      chunk({ reasoning_content: "Let" }),
      chunk({ reasoning_content: " me" }),
      chunk({ reasoning_content: " see." }),
      chunk({ content: "A" }),
      chunk({ content: " word," }),
      chunk({ content: "\n" }),
      chunk({ content: "你" }),
      chunk({ content: "好" }),
      chunk({}, "stop"),
      "[DONE]",
    ],
  ],
  [
    "another reasoning field",
    { ...unmeasured, reasoning: "Hm.", reasoning_field: "reasoning" },
    [role, chunk({ reasoning: "Hm." }), chunk({}, "stop"), "[DONE]"],
  ],
  [
    "reasoning as tags in the text",
    { ...unmeasured, reasoning: "Hm.", inline_think: true, text: "Yes." },
    [
      role,
      chunk({ content: "<think>" }),
      chunk({ content: "Hm." }),
      chunk({ content: "</think>" }),
      chunk({ content: "Yes." }),
      chunk({}, "stop"),
      "[DONE]",
    ],
  ],
  [
    "two calls, the second with an id and arguments of its own",
    {
      ...unmeasured,
      calls: [
        { name: "shell", arguments: { command: "ls" } },
        { name: "odd", arguments: "{", id: "x1" },
      ],
    },
    [
      role,
      chunk({
        tool_calls: [
          { index: 0, id: "call_1_0", type: "function", function: { name: "shell", arguments: "" } },
        ],
      }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"command":"' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: 'ls"}' } }] }),
      chunk({
        tool_calls: [{ index: 1, id: "x1", type: "function", function: { name: "odd", arguments: "" } }],
      }),
      chunk({ tool_calls: [{ index: 1, function: { arguments: "{" } }] }),
      chunk({}, "tool_calls"),
      "[DONE]",
    ],
  ],
  [
    "a finish reason of the script",
    { ...unmeasured, text: "a", finish: "length" },
    [role, chunk({ content: "a" }), chunk({}, "length"), "[DONE]"],
  ],
  [
    "no finish reason, no [DONE]",
    { ...unmeasured, text: "a", finish: null, done: false },
    [role, chunk({ content: "a" })],
  ],
  ["an empty answer", { ...unmeasured }, [role, chunk({}, "stop"), "[DONE]"]],
];

test.each(streams)("streams %s", async (_name, reply, expected) => {
  expect(await stream(reply)).toEqual(expected);
});

const timings = {
  cache_n: 0,
  prompt_n: expect.any(Number),
  prompt_ms: expect.any(Number),
  prompt_per_second: expect.any(Number),
  predicted_n: 2,
  predicted_ms: expect.any(Number),
  predicted_per_second: expect.any(Number),
};
const asked = { stream_options: { include_usage: true } };

test("a usage chunk without choices comes last, with timings, when it was asked for", async () => {
  const events = await stream({ text: "Two words" }, asked);
  expect(events.slice(-3)).toEqual([
    chunk({}, "stop"),
    {
      ...chunk({}),
      choices: [],
      usage: {
        prompt_tokens: expect.any(Number),
        completion_tokens: 2,
        total_tokens: expect.any(Number),
        prompt_tokens_details: { cached_tokens: 0 },
      },
      timings,
    },
    "[DONE]",
  ]);
});

test("without being asked there are timings on the finish chunk and no usage", async () => {
  const events = await stream({ text: "Two words" });
  expect(events.slice(-2)).toEqual([{ ...chunk({}, "stop"), timings }, "[DONE]"]);
});

test("a usage of the script goes out as it is, asked for or not, and alone", async () => {
  const events = await stream({ text: "a", usage: { prompt_tokens: 0 } });
  expect(events.slice(-2)).toEqual([{ ...chunk({}), choices: [], usage: { prompt_tokens: 0 } }, "[DONE]"]);
});

test("usage: false says nothing about tokens even when asked", async () => {
  expect((await stream({ text: "a", usage: false }, asked)).slice(-2)).toEqual([chunk({}, "stop"), "[DONE]"]);
});

test("a prefill is played as progress before the first delta, at any pace", async () => {
  const events = await stream({ ...unmeasured, text: "a", prefill: { tokens: 1950, ms: 1 } });
  const progress = events.filter(
    (event): event is Chunk => typeof event === "object" && "prompt_progress" in event,
  );
  expect(progress.map((event) => event.prompt_progress)).toEqual([
    { total: 1950, cache: 0, processed: 0, time_ms: expect.any(Number) },
    { total: 1950, cache: 0, processed: 1950, time_ms: expect.any(Number) },
  ]);
  expect(events.indexOf(progress[1] ?? "")).toBe(1);
  expect(events[2]).toEqual(role);
});

test("the cache is what the prompt has in common with the one before", async () => {
  const server = await startServer({ script: { replies: [{ text: "a" }], after: "repeat-last" } });
  const tools = [{ type: "function", function: { name: "shell" } }];
  const grown = [...hi, { role: "assistant", content: "a" }, { role: "user", content: "more" }];
  const changed = [{ role: "user", content: "ho" }];
  const cached: unknown[] = [];
  for (const body of [
    { messages: hi },
    { messages: grown },
    { messages: grown },
    { messages: changed },
    { messages: changed, tools },
  ]) {
    const answer = await ask(server, { body });
    const { timings, usage } = JSON.parse(answer.body);
    cached.push([timings.cache_n, usage.prompt_tokens, timings.prompt_n]);
  }
  // `[][{"role":"user","content":"hi"}` has 33 bytes; the last token is always read again.
  expect(cached).toEqual([
    [0, 9, 9],
    [8, 26, 18],
    [25, 26, 1],
    [7, 9, 2],
    [0, 20, 20],
  ]);
});

test("without stream the same reply is one JSON body", async () => {
  const reply: SemanticReply = {
    reasoning: "Hm.",
    text: "Yes.",
    calls: [{ name: "shell", arguments: { command: "ls" } }],
    usage: { prompt_tokens: 3 },
  };
  const server = await startServer({ script: { replies: [reply] } });
  const answer = await ask(server, { body: { model: "their-name", messages: hi } });
  expect(answer.headers).toMatchObject({ "content-type": "application/json", "x-leat-practice": "1" });
  expect(JSON.parse(answer.body)).toEqual({
    id: "chatcmpl-practice-1",
    object: "chat.completion",
    created: expect.any(Number),
    model: "their-name",
    system_fingerprint: "fp_leat_practice",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: "Yes.",
          reasoning_content: "Hm.",
          tool_calls: [
            { id: "call_1_0", type: "function", function: { name: "shell", arguments: '{"command":"ls"}' } },
          ],
        },
        finish_reason: "tool_calls",
      },
    ],
    usage: { prompt_tokens: 3 },
  });
});

test("GET /v1/models names the model and its maker, GET /health says ok, the rest is 404", async () => {
  const seen: string[] = [];
  const server = await startServer({
    onRequest: ({ method, path, reply }) => seen.push(`${method} ${path} ${reply}`),
  });
  const get = async (path: string) => {
    const { status, headers, body } = await ask(server, { method: "GET", path });
    return { status, label: headers["x-leat-practice"], json: JSON.parse(body) };
  };
  expect(await get("/v1/models")).toEqual({
    status: 200,
    label: "1",
    json: {
      object: "list",
      data: [{ id: "leat-practice", object: "model", created: 0, owned_by: "leat practice" }],
    },
  });
  expect(await get("/health")).toEqual({ status: 200, label: "1", json: { status: "ok" } });
  expect(await get("/v1/chat/completions?x=1")).toMatchObject({
    status: 404,
    json: { error: { code: 404, message: "leat practice has no GET /v1/chat/completions" } },
  });
  expect(seen).toEqual([
    "GET /v1/models status 200",
    "GET /health status 200",
    "GET /v1/chat/completions?x=1 status 404",
  ]);
  expect(server.requests).toEqual([]);
});

test.each([
  ["{", "The body is not JSON."],
  ["", "The body is not JSON."],
  ["[]", "The body is not a JSON object."],
  ['{"messages":"hi"}', "`messages` must be a list."],
])("a body %j gets status 400 and uses no reply up", async (body, message) => {
  const server = await startServer({ script: { replies: [{ text: "a" }] } });
  const refused = await ask(server, { body });
  expect(refused.status).toBe(400);
  expect(JSON.parse(refused.body)).toEqual({ error: { code: 400, message, type: "invalid_request_error" } });
  expect((await ask(server, { body: { messages: hi } })).status).toBe(200);
});

test("a body above 32 MiB gets status 413", async () => {
  const server = await startServer();
  const answer = await ask(server, { body: "x".repeat(32 * 1024 * 1024 + 1) });
  expect(answer.status).toBe(413);
  expect(server.requests).toEqual([]);
});

test("requests are recorded whole, with what they get and when each token left", async () => {
  const server = await startServer({ script: { replies: [{ text: "Two words" }] } });
  const body = { messages: hi, stream: true };
  await ask(server, { body });
  expect(server.requests).toEqual([
    {
      method: "POST",
      path: "/v1/chat/completions",
      headers: expect.objectContaining({ host: `127.0.0.1:${server.port}` }),
      body: JSON.stringify(body),
      json: body,
      reply: "text",
      slot: 0,
      writes: [
        { atMs: expect.any(Number), text: "Two" },
        { atMs: expect.any(Number), text: " words" },
      ],
    },
  ]);
});

test("without a script the mind answers", async () => {
  const server = await startServer();
  const answer = await ask(server, { body: { messages: hi } });
  expect(JSON.parse(answer.body).choices[0].message.content).toContain("a script, not a language model");
});
