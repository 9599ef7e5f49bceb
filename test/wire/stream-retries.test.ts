import { describe, expect, test, vi } from "vitest";
import type { EndpointFacts, ModelErrorKind } from "../../src/protocol/index.ts";
import type { Endpoint, ModelEvent } from "../../src/wire/index.ts";
import { assistant, plainCompletion } from "../support/items.ts";
import { delta, errorReply, type Reply, sse, textReply } from "../support/scripted-http.ts";
import { brokenStream, local, remote, run, stopClock, summary, url } from "./stream-support.ts";

/** How often and after what pause the model is asked again. */

stopClock();

describe("the two budgets", () => {
  const retries = (layer: string, delays: readonly number[], before: readonly string[] = []) =>
    delays.flatMap((delay, index) => [...before, `retry ${layer} ${index + 1}/${delays.length} in ${delay}`]);

  test("a persistent 500 is asked 5 times", async () => {
    const { bodies, ...course } = await run([errorReply(500, "boom")]);
    expect(summary(course)).toEqual([...retries("request", [200, 400, 800, 1600]), "failed server after 5"]);
    expect(bodies.length).toBe(5);
  });

  test("a stream that always breaks is asked 6 times, and each break voids what was shown", async () => {
    const { bodies, ...course } = await run([brokenStream]);
    const broken = ["text-delta", "response-discarded"];
    expect(summary(course)).toEqual([
      ...retries("stream", [200, 400, 800, 1600, 3200], broken),
      "text-delta",
      "failed disconnected after 6",
    ]);
    expect(bodies.length).toBe(6);
    expect(course.end).toEqual({
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
    const { bodies, ...course } = await run(Array.from({ length: 40 }, (_unused, index) => reply(index)));
    const last = summary(course).at(-1);
    expect(bodies.length).toBeLessThanOrEqual(1 + 4 + 5);
    expect(last).toMatch(new RegExp(`^failed (?:server|disconnected) after ${bodies.length}$`));
  });

  test("both used up to the last, and then it works", async () => {
    const replies = [
      ...Array(4).fill(errorReply(500, "boom")),
      ...Array(5).fill(brokenStream),
      textReply("hi"),
    ];
    const { end, bodies } = await run(replies);
    expect({ requests: bodies.length, end }).toEqual({
      requests: 10,
      end: {
        type: "completed",
        items: [assistant("hi")],
        completion: plainCompletion,
        prompt: expect.anything(),
      },
    });
  });

  test("budgets of 0", async () => {
    const endpoint = { ...local, requestMaxRetries: 0, streamMaxRetries: 0 };
    expect(summary(await run([errorReply(500, "boom")], { endpoint }))).toEqual(["failed server after 1"]);
    expect(summary(await run([brokenStream], { endpoint }))).toEqual([
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
    [
      "400 for a call the model wrote wrong (Groq)",
      local,
      status(
        400,
        "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.",
      ),
      3,
      "bad_request",
    ],
    [
      "the same at the end of a stream",
      local,
      stream(
        sse({
          error: {
            message:
              "Tool call validation failed: attempted to call tool 'ls' which was not in request.tools",
            type: "invalid_request_error",
            code: "tool_use_failed",
            status_code: 400,
          },
        }),
      ),
      3,
      "bad_request",
    ],
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
    const { bodies, ...course } = await run([reply], { endpoint });
    expect({ requests: bodies.length, end: summary(course).at(-1) }).toEqual({
      requests,
      end: `failed ${kind} after ${requests}`,
    });
    // What was shown is void with each further request; where nothing was, there is nothing to say.
    const shows = course.events.some((event) => event.type === "text-delta");
    expect(course.events.filter((event) => event.type === "response-discarded").length).toBe(
      shows ? requests - 1 : 0,
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
    const course = await run([errorReply(429, "slow down", headers), textReply("hi")]);
    expect(summary(course)).toEqual([`retry request 1/4 in ${delayMs}`, "text-delta", "completed"]);
  });
});

describe("stream_options", () => {
  const refusal = errorReply(400, "Extra inputs are not permitted: body.stream_options");
  const known: EndpointFacts = { server: {}, model: { refusedParameters: ["stream_options"] } };

  test("refused: left out once and for all, and no retry is counted for it", async () => {
    const replies = [refusal, ...Array(4).fill(errorReply(500, "boom")), textReply("hi")];
    const { bodies, facts, ...course } = await run(replies);
    expect(summary(course)).toEqual([
      "notice parameter-dropped",
      "retry request 1/4 in 200",
      "retry request 2/4 in 400",
      "retry request 3/4 in 800",
      "retry request 4/4 in 1600",
      "text-delta",
      "completed",
    ]);
    expect(bodies.map((body) => "stream_options" in body)).toEqual([true, false, false, false, false, false]);
    expect(facts).toEqual(known);
  });

  test("known to be refused: not sent", async () => {
    const { bodies, ...course } = await run([textReply("hi")], { facts: known });
    expect(summary(course)).toEqual(["text-delta", "completed"]);
    expect(bodies.map((body) => "stream_options" in body)).toEqual([false]);
  });

  test("refused though not sent: a failure like any other", async () => {
    const { bodies, ...course } = await run([refusal]);
    expect(summary(course)).toEqual(["notice parameter-dropped", "failed unsupported_parameter after 2"]);
    expect(bodies.length).toBe(2);
  });
});

test("an answer in one JSON value is whole, however its connection ends", async () => {
  const answer = { choices: [{ index: 0, message: { content: "all" }, finish_reason: "stop" }] };
  const whole = await run([{ chunks: [JSON.stringify(answer), { break: "idle_timeout" }] }]);
  expect(summary(whole)).toEqual(["text-delta", "completed"]);
  const cut = await run([{ chunks: [JSON.stringify(answer).slice(0, -2), { break: "idle_timeout" }] }], {
    endpoint: { ...local, streamMaxRetries: 0 },
  });
  expect(summary(cut)).toEqual(["failed idle_timeout after 1"]);
});

describe("a model that is being loaded", () => {
  const loading = errorReply(503, "Loading model");

  test("is waited for, told once, and costs no retry", async () => {
    const { bodies, ...course } = await run([...Array.from({ length: 30 }, () => loading), textReply("hi")]);
    expect(summary(course)).toEqual(["notice model-loading", "text-delta", "completed"]);
    expect(bodies.length).toBe(31);
  });

  test("can be interrupted", async () => {
    const controller = new AbortController();
    const onEvent = (event: ModelEvent) => {
      if (event.type === "notice") {
        controller.abort();
      }
    };
    const { end } = await run([loading], { controller, onEvent });
    expect(end).toEqual({ type: "interrupted", partial: [] });
  });
});
