import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createHttpClient, type HttpClient } from "../../src/net/index.ts";
import { generic } from "../../src/wire/dialects/generic.ts";
import { type Endpoint, type ModelEnd, type ModelEvent, streamModel } from "../../src/wire/index.ts";
import { assistant, call, user } from "../support/items.ts";
import { httpAnswer, type RawAnswer, type RawServer, startRawServer } from "../support/raw-server.ts";
import { delta, sse } from "../support/scripted-http.ts";

/** One answer over a real connection that breaks at every one of its bytes, in every way connections do. */

const STREAM = [
  delta({ role: "assistant", content: "I look: 你" }),
  delta({ tool_calls: [{ index: 0, id: "1", function: { name: "shell", arguments: '{"command":' } }] }),
  delta({ tool_calls: [{ index: 0, function: { arguments: '["ls"]}' } }] }),
  delta({}, "tool_calls"),
  sse("[DONE]"),
].join("");

const WHOLE = httpAnswer(200, STREAM, { "content-type": "text/event-stream" });
/** Without its length: the end of the connection is the end of the body. */
const UNTIL_CLOSED = Buffer.from(WHOLE.toString("latin1").replace(/content-length: \d+\r\n/, ""), "latin1");
const CHUNKED = Buffer.concat([
  Buffer.from("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"),
  ...STREAM.split(/(?<=\n\n)/).flatMap((frame) => [
    Buffer.from(`${Buffer.byteLength(frame).toString(16)}\r\n`),
    Buffer.from(frame),
    Buffer.from("\r\n"),
  ]),
  Buffer.from("0\r\n\r\n"),
]);

const ITEMS = [assistant("I look: 你"), call("1", "shell", '{"command":["ls"]}')];

let server: RawServer;
let client: HttpClient;
let next: RawAnswer;

beforeAll(async () => {
  server = await startRawServer(() => next);
});

afterAll(() => server.close());

beforeEach(() => {
  client = createHttpClient(new Set());
});

afterEach(() => client.close());

async function ask(): Promise<{ end: ModelEnd; events: ModelEvent[] }> {
  const endpoint: Endpoint = {
    providerId: "local",
    baseUrl: `http://127.0.0.1:${server.port}/v1`,
    queryParams: {},
    headers: {},
    wireApi: "chat",
    dialect: generic,
    requestMaxRetries: 0,
    streamMaxRetries: 0,
    idleTimeoutMs: undefined,
  };
  const events: ModelEvent[] = [];
  const end = await streamModel({ model: "m", instructions: "S", items: [user("q")], tools: [] }, endpoint, {
    http: client,
    memory: { get: () => ({ server: {}, model: {} }), put() {} },
    signal: new AbortController().signal,
    random: () => 0,
    newCallId: () => "made",
    emit: (event) => events.push(event),
  });
  return { end, events };
}

describe.each([
  ["of known length, reset", WHOLE, "reset"],
  ["of known length, closed", WHOLE, "close"],
  ["in chunks, reset", CHUNKED, "reset"],
  ["in chunks, closed", CHUNKED, "close"],
  ["until closed, reset", UNTIL_CLOSED, "reset"],
  ["until closed, closed", UNTIL_CLOSED, "close"],
] as const)("%s", (_, answer, end) => {
  test("at every byte: the whole answer, or none of its calls", async () => {
    const finishAt = answer.indexOf('"finish_reason":"tool_calls"') + '"finish_reason":"tool_calls"'.length;
    const outcomes: Record<string, number> = {};
    for (let cut = 0; cut <= answer.length; cut += 1) {
      next = { bytes: answer.subarray(0, cut), end };
      const asked = server.bodies.length;
      const { end: outcome, events } = await ask();
      expect(server.bodies.length - asked).toBe(1);
      expect(events.filter((event) => event.type === "response-discarded")).toEqual([]);
      if (outcome.type === "completed") {
        expect({ cut, early: cut < finishAt, items: outcome.items }).toEqual({
          cut,
          early: false,
          items: ITEMS,
        });
      } else if (outcome.type === "failed") {
        expect(["disconnected", "incomplete"]).toContain(outcome.error.kind);
        expect(outcome.partial.filter((item) => item.type === "function_call")).toEqual([]);
      }
      outcomes[outcome.type] = (outcomes[outcome.type] ?? 0) + 1;
    }
    expect(Object.keys(outcomes).sort()).toEqual(["completed", "failed"]);
  });
});
