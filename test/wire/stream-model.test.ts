import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { EndpointFacts, ModelErrorKind } from "../../src/protocol/index.ts";
import { generic } from "../../src/wire/dialects/generic.ts";
import { type Completion, type Endpoint, type ModelEvent, streamModel } from "../../src/wire/index.ts";
import { assistant, call, reasoning, user } from "../support/items.ts";
import { delta, errorReply, type Reply, scriptedHttp, sse, textReply } from "../support/scripted-http.ts";

const local: Endpoint = {
  providerId: "local",
  baseUrl: "http://localhost:1234/v1/",
  queryParams: {},
  headers: { authorization: "Bearer sk-secret-key" },
  dialect: generic,
  requestMaxRetries: 4,
  streamMaxRetries: 5,
  idleTimeoutMs: undefined,
};
const remote: Endpoint = { ...local, baseUrl: "https://models.example/v1" };
const url = "http://localhost:1234/v1/chat/completions";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Run {
  readonly events: ModelEvent[];
  readonly bodies: Record<string, unknown>[];
  readonly facts: EndpointFacts;
}

interface RunOptions {
  readonly endpoint?: Endpoint;
  readonly facts?: EndpointFacts;
  readonly controller?: AbortController;
  readonly onEvent?: (event: ModelEvent) => void;
}

/** Plays the replies against streamModel; every sleep ends as soon as it begins, of the fake clock's time. */
async function run(replies: readonly Reply[], options: RunOptions = {}): Promise<Run> {
  const http = scriptedHttp(replies);
  let facts: EndpointFacts = options.facts ?? {};
  const stream = streamModel(
    { model: "m", instructions: "S", items: [user("q")], tools: [] },
    options.endpoint ?? local,
    {
      http,
      memory: {
        get: () => facts,
        put: (_, learnt) => {
          facts = { ...facts, ...learnt };
        },
      },
      signal: (options.controller ?? new AbortController()).signal,
      random: () => 0.5,
      newCallId: () => "made",
    },
  );
  const events: ModelEvent[] = [];
  for (;;) {
    const next = stream.next();
    await vi.runAllTimersAsync();
    const step = await next;
    if (step.done) {
      break;
    }
    events.push(step.value);
    options.onEvent?.(step.value);
  }
  const finals = events.filter(isFinal);
  expect(finals).toEqual([events.at(-1)]);
  expect(vi.getTimerCount()).toBe(0);
  return { events, bodies: http.requests.map((request) => JSON.parse(request.body)), facts };
}

function isFinal(event: ModelEvent): boolean {
  return event.type === "completed" || event.type === "interrupted" || event.type === "failed";
}

/** Events in a word or two each, for the order of things. */
function summary(events: readonly ModelEvent[]): string[] {
  return events.map((event) => {
    if (event.type === "notice" && event.notice.kind === "retry") {
      const { layer, attempt, maxAttempts, delayMs } = event.notice;
      return `retry ${layer} ${attempt}/${maxAttempts} in ${delayMs}`;
    }
    if (event.type === "notice") {
      return `notice ${event.notice.kind}`;
    }
    if (event.type === "failed") {
      return `failed ${event.error.kind} after ${event.error.attempts}`;
    }
    return event.type;
  });
}

const completion: Completion = {
  finish: "stop",
  usage: {},
  invalidCalls: [],
  isEmpty: false,
  repairs: [],
  unreadableEvents: 0,
};

const brokenStream: Reply = { chunks: [delta({ content: "half" }), { break: "disconnected" }] };

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
    expect((await run([{ chunks }])).events).toEqual([
      { type: "reasoning-delta", text: "hm" },
      { type: "text-delta", text: "look" },
      { type: "call-delta" },
      { type: "item", item: reasoning("hm", "reasoning_content") },
      { type: "item", item: assistant("look") },
      { type: "item", item: call("1") },
      {
        type: "completed",
        completion: { ...completion, finish: "tool_calls", usage: { inputTokens: 3, outputTokens: 2 } },
      },
    ]);
  });

  test("the request as it is sent", async () => {
    const http = scriptedHttp([textReply("hi")]);
    const { signal } = new AbortController();
    const endpoint = { ...local, queryParams: { "api-version": "1 2" }, idleTimeoutMs: 7 };
    const request = { model: "m", instructions: "S", items: [], tools: [] };
    const memory = { get: () => ({}), put() {} };
    const stream = streamModel(request, endpoint, {
      http,
      memory,
      signal,
      random: () => 0,
      newCallId: () => "",
    });
    for await (const _ of stream) {
    }
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

describe("the two budgets", () => {
  const retries = (layer: string, delays: readonly number[], before: readonly string[] = []) =>
    delays.flatMap((delay, index) => [...before, `retry ${layer} ${index + 1}/${delays.length} in ${delay}`]);

  test("a persistent 500 is asked 5 times", async () => {
    const { events, bodies } = await run([errorReply(500, "boom")]);
    expect(summary(events)).toEqual([...retries("request", [200, 400, 800, 1600]), "failed server after 5"]);
    expect(bodies.length).toBe(5);
  });

  test("a stream that always breaks is asked 6 times, and each break voids what was shown", async () => {
    const { events, bodies } = await run([brokenStream]);
    const broken = ["text-delta", "response-discarded"];
    expect(summary(events)).toEqual([
      ...retries("stream", [200, 400, 800, 1600, 3200], broken),
      "text-delta",
      "failed disconnected after 6",
    ]);
    expect(bodies.length).toBe(6);
    expect(events.at(-1)).toEqual({
      type: "failed",
      error: { kind: "disconnected", message: "played: disconnected", url, attempts: 6 },
      partial: [assistant("half")],
    });
  });

  test.each([
    ["turn and turn about", (index: number) => (index % 2 === 0 ? errorReply(500, "boom") : brokenStream)],
    ["requests first", (index: number) => (index < 4 ? errorReply(500, "boom") : brokenStream)],
    ["streams first", (index: number) => (index < 5 ? brokenStream : errorReply(500, "boom"))],
  ])("mixed, %s: they do not multiply", async (_, reply) => {
    const { events, bodies } = await run(Array.from({ length: 40 }, (_unused, index) => reply(index)));
    const last = summary(events).at(-1);
    expect(bodies.length).toBeLessThanOrEqual(1 + 4 + 5);
    expect(last).toMatch(new RegExp(`^failed (?:server|disconnected) after ${bodies.length}$`));
  });

  test("both used up to the last, and then it works", async () => {
    const replies = [
      ...Array(4).fill(errorReply(500, "boom")),
      ...Array(5).fill(brokenStream),
      textReply("hi"),
    ];
    const { events, bodies } = await run(replies);
    expect({ requests: bodies.length, end: events.slice(-2) }).toEqual({
      requests: 10,
      end: [
        { type: "item", item: assistant("hi") },
        { type: "completed", completion },
      ],
    });
  });

  test("budgets of 0", async () => {
    const endpoint = { ...local, requestMaxRetries: 0, streamMaxRetries: 0 };
    expect(summary((await run([errorReply(500, "boom")], { endpoint })).events)).toEqual([
      "failed server after 1",
    ]);
    expect(summary((await run([brokenStream], { endpoint })).events)).toEqual([
      "text-delta",
      "failed disconnected after 1",
    ]);
  });
});

describe("how many requests a failure is worth", () => {
  const status = (code: number, message = "no") => errorReply(code, message);
  const refuse = (kind: ModelErrorKind): Reply => ({ refuse: kind });
  const stream = (...chunks: string[]): Reply => ({ chunks });

  test.each<[string, Endpoint, Reply, number, ModelErrorKind]>([
    ["400", local, status(400), 1, "bad_request"],
    ["401", local, status(401), 1, "auth"],
    ["403", local, status(403), 1, "auth"],
    ["404", local, status(404), 1, "not_found"],
    ["404 of a model", local, status(404, "model 'x' not found"), 1, "model_not_found"],
    ["422", local, status(422), 1, "bad_request"],
    ["429", local, status(429), 5, "rate_limit"],
    ["429 of a quota", local, status(429, "insufficient_quota"), 1, "quota"],
    ["500 of a template", local, status(500, "Jinja Exception"), 1, "template"],
    ["502", local, status(502), 5, "server"],
    ["503", local, status(503), 5, "overloaded"],
    [
      "503 while loading, for more than ten minutes",
      local,
      status(503, "Loading model"),
      305,
      "model_loading",
    ],
    ["302", local, { status: 302, headers: { location: "/" }, chunks: ["moved"] }, 1, "redirect"],
    ["refused on this machine", local, refuse("connection_refused"), 1, "connection_refused"],
    ["refused by another", remote, refuse("connection_refused"), 5, "connection_refused"],
    ["name not found", remote, refuse("host_not_found"), 2, "host_not_found"],
    ["unreachable", remote, refuse("unreachable"), 2, "unreachable"],
    ["no valid certificate", remote, refuse("tls"), 1, "tls"],
    ["a host that is not allowed", remote, refuse("host_not_allowed"), 1, "host_not_allowed"],
    ["reset before an answer", local, refuse("disconnected"), 5, "disconnected"],
    ["silence before an answer", remote, refuse("idle_timeout"), 5, "idle_timeout"],
    ["an empty stream", local, stream(), 6, "incomplete"],
    ["a stream without an end", local, stream(delta({ content: "half" })), 6, "incomplete"],
    [
      "silence in mid-stream",
      remote,
      { chunks: [delta({ content: "a" }), { break: "idle_timeout" }] },
      6,
      "idle_timeout",
    ],
    [
      "an error frame: overloaded",
      local,
      stream(delta({ content: "a" }), sse({ error: { message: "overloaded" } })),
      6,
      "overloaded",
    ],
    ["an error frame: unknown", local, stream(sse({ error: { message: "boom" } })), 6, "server"],
    [
      "an error frame: context",
      local,
      stream(sse({ error: { message: "exceeds the available context size" } })),
      1,
      "context_overflow",
    ],
    [
      "an error frame: code 400",
      local,
      stream(sse({ error: { message: "no", code: 400 } })),
      1,
      "bad_request",
    ],
    [
      "an error as an event",
      local,
      stream('event: error\ndata: {"error":{"message":"boom"}}\n\n'),
      6,
      "server",
    ],
    ["a web page with 200", local, stream("<html><title>Welcome</title></html>"), 1, "not_found"],
  ])("%s", async (_, endpoint, reply, requests, kind) => {
    const { events, bodies } = await run([reply], { endpoint });
    expect({ requests: bodies.length, end: summary(events).at(-1) }).toEqual({
      requests,
      end: `failed ${kind} after ${requests}`,
    });
    expect(events.filter((event) => event.type === "response-discarded").length).toBe(
      "chunks" in reply && reply.status === undefined ? requests - 1 : 0,
    );
  });
});

describe("Retry-After", () => {
  const now = new Date("2025-09-30T12:00:00Z");

  test.each([
    ["seconds", { "retry-after": "3" }, 3000],
    ["at once", { "retry-after": "0" }, 0],
    ["a date", { "retry-after": "Tue, 30 Sep 2025 12:00:05 GMT" }, 5000],
    ["a date that has passed", { "retry-after": "Tue, 30 Sep 2025 11:00:00 GMT" }, 0],
    ["an hour: capped", { "retry-after": "3600" }, 60_000],
    ["garbage: the back-off", { "retry-after": "later" }, 200],
    ["none: the back-off", {}, 200],
  ] as [string, Record<string, string>, number][])("%s", async (_, headers, delayMs) => {
    vi.setSystemTime(now);
    const { events } = await run([errorReply(429, "slow down", headers), textReply("hi")]);
    expect(summary(events)).toEqual([`retry request 1/4 in ${delayMs}`, "text-delta", "item", "completed"]);
  });
});

describe("stream_options", () => {
  const refusal = errorReply(400, "Extra inputs are not permitted: body.stream_options");

  test("refused: left out once and for all, and no retry is counted for it", async () => {
    const replies = [refusal, ...Array(4).fill(errorReply(500, "boom")), textReply("hi")];
    const { events, bodies, facts } = await run(replies);
    expect(summary(events)).toEqual([
      "notice parameter-dropped",
      "retry request 1/4 in 200",
      "retry request 2/4 in 400",
      "retry request 3/4 in 800",
      "retry request 4/4 in 1600",
      "text-delta",
      "item",
      "completed",
    ]);
    expect(bodies.map((body) => "stream_options" in body)).toEqual([true, false, false, false, false, false]);
    expect(facts).toEqual({ refusesStreamOptions: true });
  });

  test("known to be refused: not sent", async () => {
    const { events, bodies } = await run([textReply("hi")], { facts: { refusesStreamOptions: true } });
    expect(summary(events)).toEqual(["text-delta", "item", "completed"]);
    expect(bodies.map((body) => "stream_options" in body)).toEqual([false]);
  });

  test("refused though not sent: a failure like any other", async () => {
    const { events, bodies } = await run([refusal]);
    expect(summary(events)).toEqual(["notice parameter-dropped", "failed unsupported_parameter after 2"]);
    expect(bodies.length).toBe(2);
  });
});

describe("a model that is being loaded", () => {
  const loading = errorReply(503, "Loading model");

  test("is waited for, told once, and costs no retry", async () => {
    const { events, bodies } = await run([...Array.from({ length: 30 }, () => loading), textReply("hi")]);
    expect(summary(events)).toEqual(["notice model-loading", "text-delta", "item", "completed"]);
    expect(bodies.length).toBe(31);
  });

  test("can be interrupted", async () => {
    const controller = new AbortController();
    const onEvent = (event: ModelEvent) => {
      if (event.type === "notice") {
        controller.abort();
      }
    };
    const { events } = await run([loading], { controller, onEvent });
    expect(events.at(-1)).toEqual({ type: "interrupted", partial: [] });
  });
});

describe("abort", () => {
  test("before the first request", async () => {
    const controller = new AbortController();
    controller.abort();
    const { events, bodies } = await run([textReply("hi")], { controller });
    expect({ events, requests: bodies.length }).toEqual({
      events: [{ type: "interrupted", partial: [] }],
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
    const { events, bodies } = await run([{ chunks }], { controller });
    expect(events.at(-1)).toEqual({
      type: "interrupted",
      partial: [reasoning("hm", "reasoning"), assistant("half")],
    });
    expect(bodies.length).toBe(1);
  });

  test("while an error body is read", async () => {
    const controller = new AbortController();
    const reply: Reply = { status: 500, chunks: ["{", { run: () => controller.abort() }, "}"] };
    const { events, bodies } = await run([reply], { controller });
    expect({ events, requests: bodies.length }).toEqual({
      events: [{ type: "interrupted", partial: [] }],
      requests: 1,
    });
  });

  test("while it waits for the next attempt", async () => {
    const controller = new AbortController();
    const { events, bodies } = await run([brokenStream], {
      controller,
      onEvent: (event) => {
        if (event.type === "notice") {
          controller.abort();
        }
      },
    });
    expect(summary(events)).toEqual([
      "text-delta",
      "response-discarded",
      "retry stream 1/5 in 200",
      "interrupted",
    ]);
    expect(events.at(-1)).toEqual({ type: "interrupted", partial: [] });
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
  const { events } = await run([{ chunks: [delta({ content: "hi" }), last, more] }]);
  expect({ end: summary(events).at(-1), readsOn }).toEqual({ end, readsOn: false });
});

describe("what an error tells", () => {
  test("the status counts though its body breaks off", async () => {
    const { events } = await run([{ status: 401, chunks: ['{"error":', { break: "disconnected" }] }]);
    expect(events).toEqual([
      {
        type: "failed",
        error: { kind: "auth", message: '{"error":', status: 401, url, attempts: 1 },
        partial: [],
      },
    ]);
  });

  test("a break after the finish reason has lost nothing", async () => {
    const chunks = [delta({ content: "hi" }), delta({}, "stop"), { break: "disconnected" as const }];
    expect(summary((await run([{ chunks }])).events)).toEqual(["text-delta", "item", "completed"]);
  });

  test("neither keys, nor control characters, nor the query of the URL", async () => {
    const endpoint = {
      ...local,
      baseUrl: "http://me:password@localhost:1234/v1",
      queryParams: { key: "query-secret", "api-version": "2025-04-01" },
    };
    const message = "Invalid key sk-secret-key or query-secret\u001b[31m\r\nat 2025-04-01";
    expect((await run([errorReply(401, message)], { endpoint })).events).toEqual([
      {
        type: "failed",
        error: {
          kind: "auth",
          message: "Invalid key … or … [31m at …",
          status: 401,
          url,
          attempts: 1,
        },
        partial: [],
      },
    ]);
  });

  test("where a redirect would lead", async () => {
    const headers = { location: "https://elsewhere.example/" };
    const { events } = await run([{ status: 308, headers, chunks: ["moved"] }]);
    expect(events).toEqual([
      {
        type: "failed",
        error: {
          kind: "redirect",
          message: "redirected to https://elsewhere.example/",
          status: 308,
          url,
          attempts: 1,
        },
        partial: [],
      },
    ]);
  });
});

test.each([
  ["split after its first byte", [Buffer.from([0xef]), Buffer.from([0xbb, 0xbf])]],
  ["split after its second", [Buffer.from([0xef, 0xbb]), Buffer.from([0xbf])]],
  ["whole, then the stream", [Buffer.from([0xef, 0xbb, 0xbf])]],
])("a byte-order mark at the head of a stream, %s", async (_, mark) => {
  const stream = Buffer.from(`${delta({ content: "hi" })}${delta({}, "stop")}`);
  const last = Buffer.concat([mark.at(-1) ?? Buffer.alloc(0), stream]);
  expect((await run([{ chunks: [...mark.slice(0, -1), last] }])).events).toEqual([
    { type: "text-delta", text: "hi" },
    { type: "item", item: assistant("hi") },
    { type: "completed", completion },
  ]);
});

test("a body that is one JSON value, behind a byte-order mark", async () => {
  const value = { choices: [{ index: 0, message: { content: "hi" }, finish_reason: "stop" }] };
  expect((await run([{ chunks: [`\uFEFF${JSON.stringify(value)}`] }])).events).toEqual([
    { type: "text-delta", text: "hi" },
    { type: "item", item: assistant("hi") },
    { type: "completed", completion },
  ]);
});
