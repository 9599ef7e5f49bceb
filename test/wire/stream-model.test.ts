import { describe, expect, test } from "vitest";
import { streamModel } from "../../src/wire/index.ts";
import { assistant, call, plainCompletion, reasoning } from "../support/items.ts";
import { delta, errorReply, type Reply, scriptedHttp, sse, textReply } from "../support/scripted-http.ts";
import { brokenStream, local, NO_FACTS, run, stopClock, summary, url } from "./stream-support.ts";

/** One answer, from the request to its end. */

stopClock();

describe("without trouble", () => {
  test("deltas, then items, then the completion", async () => {
    const chunks = [
      delta({ reasoning_content: "hm" }),
      delta({ content: "look" }),
      delta(
        { tool_calls: [{ index: 0, id: "1", function: { name: "shell", arguments: "{}" } }] },
        "tool_calls",
      ),
      sse({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }),
      sse("[DONE]"),
    ];
    const { events, end } = await run([{ chunks }]);
    expect(events).toEqual([
      { type: "reasoning-delta", text: "hm" },
      { type: "text-delta", text: "look" },
      { type: "call-delta", text: "{}" },
    ]);
    expect(end).toEqual({
      type: "completed",
      items: [reasoning("hm", "reasoning_content"), assistant("look"), call("1")],
      completion: { ...plainCompletion, finish: "tool_calls", usage: { inputTokens: 3, outputTokens: 2 } },
      prompt: expect.anything(),
    });
  });

  test("the request as it is sent", async () => {
    const http = scriptedHttp([textReply("hi")]);
    const { signal } = new AbortController();
    const endpoint = { ...local, queryParams: { "api-version": "1 2" }, idleTimeoutMs: 7 };
    const request = { model: "m", instructions: "S", items: [], tools: [] };
    const memory = { get: () => NO_FACTS, put() {} };
    const world = { http, memory, signal, random: () => 0, newCallId: () => "", emit() {} };
    await streamModel(request, endpoint, world);
    expect(http.requests).toEqual([
      {
        url: `${url}?api-version=1+2`,
        headers: {
          "content-type": "application/json",
          accept: "text/event-stream",
          "accept-encoding": "identity",
          authorization: "Bearer sk-secret-key",
        },
        body: '{"model":"m","messages":[{"role":"system","content":"S"}],"stream":true,"stream_options":{"include_usage":true}}',
        signal,
        idleTimeoutMs: 7,
      },
    ]);
  });
});

describe("abort", () => {
  test("before the first request", async () => {
    const controller = new AbortController();
    controller.abort();
    const { events, end, bodies } = await run([textReply("hi")], { controller });
    expect({ events, end, requests: bodies.length }).toEqual({
      events: [],
      end: { type: "interrupted", partial: [] },
      requests: 0,
    });
  });

  test("in mid-stream: what came is kept, calls are not", async () => {
    const controller = new AbortController();
    const chunks = [
      delta({ reasoning: "hm" }),
      delta({ content: "half" }),
      delta({ tool_calls: [{ index: 0, id: "1", function: { name: "shell", arguments: "{}" } }] }),
      { run: () => controller.abort() },
      delta({ content: " never seen" }),
    ];
    const { end, bodies } = await run([{ chunks }], { controller });
    expect(end).toEqual({
      type: "interrupted",
      partial: [reasoning("hm", "reasoning"), assistant("half")],
    });
    expect(bodies.length).toBe(1);
  });

  test("while an error body is read", async () => {
    const controller = new AbortController();
    const reply: Reply = { status: 500, chunks: ["{", { run: () => controller.abort() }, "}"] };
    const { events, end, bodies } = await run([reply], { controller });
    expect({ events, end, requests: bodies.length }).toEqual({
      events: [],
      end: { type: "interrupted", partial: [] },
      requests: 1,
    });
  });

  test("while it waits for the next attempt", async () => {
    const controller = new AbortController();
    const { bodies, ...course } = await run([brokenStream], {
      controller,
      onEvent: (event) => {
        if (event.type === "notice") {
          controller.abort();
        }
      },
    });
    expect(summary(course)).toEqual([
      "text-delta",
      "response-discarded",
      "retry stream 1/5 in 200",
      "interrupted",
    ]);
    expect(course.end).toEqual({ type: "interrupted", partial: [] });
    expect(bodies.length).toBe(1);
  });
});

test.each([
  ["[DONE]", sse("[DONE]"), "completed"],
  ["an error", sse({ error: { message: "boom", code: 400 } }), "failed bad_request after 1"],
])("after %s nothing more is read, though the server keeps the connection open", async (_, last, end) => {
  let readsOn = false;
  const more = {
    run: () => {
      readsOn = true;
    },
  };
  const course = await run([{ chunks: [delta({ content: "hi" }), last, more] }]);
  expect({ end: summary(course).at(-1), readsOn }).toEqual({ end, readsOn: false });
});

describe("what an error tells", () => {
  test("the status counts though its body breaks off", async () => {
    const { end } = await run([{ status: 401, chunks: ['{"error":', { break: "disconnected" }] }]);
    expect(end).toEqual({
      type: "failed",
      error: { kind: "auth", message: '{"error":', status: 401, url, attempts: 1 },
      partial: [],
    });
  });

  test("a break after the finish reason has lost nothing", async () => {
    const chunks = [delta({ content: "hi" }), delta({}, "stop"), { break: "disconnected" as const }];
    expect(summary(await run([{ chunks }]))).toEqual(["text-delta", "completed"]);
  });

  test("neither keys, nor control characters, nor the query of the URL", async () => {
    const endpoint = {
      ...local,
      baseUrl: "http://me:password@localhost:1234/v1",
      queryParams: { key: "query-secret", "api-version": "2025-04-01" },
    };
    const message = "Invalid key sk-secret-key or query-secret\u001b[31m\r\nat 2025-04-01";
    expect((await run([errorReply(401, message)], { endpoint })).end).toEqual({
      type: "failed",
      error: {
        kind: "auth",
        message: "Invalid key … or … [31m at …",
        status: 401,
        url,
        attempts: 1,
      },
      partial: [],
    });
  });

  test("where a redirect would lead", async () => {
    const headers = { location: "https://elsewhere.example/" };
    const { end } = await run([{ status: 308, headers, chunks: ["moved"] }]);
    expect(end).toEqual({
      type: "failed",
      error: {
        kind: "redirect",
        message: "redirected to https://elsewhere.example/",
        status: 308,
        url,
        attempts: 1,
      },
      partial: [],
    });
  });
});

test.each([
  ["split after its first byte", [Buffer.from([0xef]), Buffer.from([0xbb, 0xbf])]],
  ["split after its second", [Buffer.from([0xef, 0xbb]), Buffer.from([0xbf])]],
  ["whole, then the stream", [Buffer.from([0xef, 0xbb, 0xbf])]],
])("a byte-order mark at the head of a stream, %s", async (_, mark) => {
  const stream = Buffer.from(`${delta({ content: "hi" })}${delta({}, "stop")}`);
  const last = Buffer.concat([mark.at(-1) ?? Buffer.alloc(0), stream]);
  expect((await run([{ chunks: [...mark.slice(0, -1), last] }])).end).toEqual({
    type: "completed",
    items: [assistant("hi")],
    completion: plainCompletion,
    prompt: expect.anything(),
  });
});

test("a body that is one JSON value, behind a byte-order mark", async () => {
  const value = { choices: [{ index: 0, message: { content: "hi" }, finish_reason: "stop" }] };
  expect((await run([{ chunks: [`\uFEFF${JSON.stringify(value)}`] }])).end).toEqual({
    type: "completed",
    items: [assistant("hi")],
    completion: plainCompletion,
    prompt: expect.anything(),
  });
});

test("after the finish reason the end is waited for: comments do not put it off, a late call does", async () => {
  const call = { index: 0, id: "1", function: { name: "shell", arguments: "{}" } };
  const ping = ": ping\n\n";
  const usage = sse({ choices: [], usage: { prompt_tokens: 3 } });
  const waits: number[] = [];
  let seen = 0;
  const count = { run: () => waits.push(seen) };
  const http = scriptedHttp([
    {
      chunks: [
        delta({ content: "hi" }),
        count,
        delta({}, "stop"),
        count,
        ping,
        usage,
        count,
        delta({ tool_calls: [call] }),
        count,
        ping,
        count,
      ],
    },
  ]);
  const { signal } = new AbortController();
  const world = {
    memory: { get: () => NO_FACTS, put() {} },
    signal,
    random: () => 0,
    newCallId: () => "",
    emit() {},
  };
  const request = { model: "m", instructions: "S", items: [], tools: [] };
  const counting = {
    ...http,
    post: async (asked: Parameters<typeof http.post>[0]) => ({
      ...(await http.post(asked)),
      expectEnd: () => {
        seen += 1;
      },
    }),
  };
  await streamModel(request, local, { ...world, http: counting });
  expect(waits).toEqual([0, 1, 1, 2, 2]);
});
