import { expect, test } from "vitest";
import { createRequestLog, type LogEntry } from "../../../src/cli/log/requests.ts";
import { type Reply, scriptedHttp } from "../../support/scripted-http.ts";

interface Row {
  readonly what: string;
  readonly reply: (abort: () => void) => Reply;
  readonly take?: "enough";
  readonly events: readonly string[];
  readonly end: object;
}

const opened = ["request-sent", "response-headers"];

test.each<Row>([
  {
    what: "a whole answer",
    reply: () => ({ chunks: ["one", "two"] }),
    events: [...opened, "first-byte", "first-token", "request-ended"],
    end: {
      level: "info",
      end: "complete",
      status: 200,
      headers_ms: 1,
      first_byte_ms: 2,
      first_token_ms: 3,
      bytes_down: 6,
      end_ms: 4,
    },
  },
  {
    what: "one that is left",
    reply: () => ({ chunks: ["one", "two"] }),
    take: "enough",
    events: [...opened, "first-byte", "first-token", "request-ended"],
    end: {
      level: "info",
      end: "left",
      status: 200,
      headers_ms: 1,
      first_byte_ms: 2,
      first_token_ms: 3,
      bytes_down: 3,
      end_ms: 4,
    },
  },
  {
    what: "one without a body",
    reply: () => ({ chunks: [], status: 404 }),
    events: [...opened, "request-ended"],
    end: { level: "info", end: "complete", status: 404, headers_ms: 1, bytes_down: 0, end_ms: 2 },
  },
  {
    what: "one that breaks",
    reply: () => ({ chunks: ["one", { break: "disconnected" }] }),
    events: [...opened, "first-byte", "first-token", "request-ended"],
    end: {
      level: "warn",
      end: "broken",
      status: 200,
      headers_ms: 1,
      first_byte_ms: 2,
      first_token_ms: 3,
      bytes_down: 3,
      end_ms: 4,
      error: expect.any(Error),
    },
  },
  {
    what: "one that is aborted",
    reply: (abort) => ({ chunks: ["one", { run: abort }, "two"] }),
    events: [...opened, "first-byte", "first-token", "request-ended"],
    end: {
      level: "info",
      end: "aborted",
      status: 200,
      headers_ms: 1,
      first_byte_ms: 2,
      first_token_ms: 3,
      bytes_down: 3,
      end_ms: 4,
    },
  },
  {
    what: "none at all",
    reply: () => ({ refuse: "connection_refused" }),
    events: ["request-sent", "request-ended"],
    end: { level: "warn", end: "no answer", bytes_down: 0, end_ms: 1, error: expect.any(Error) },
  },
])("$what", async ({ reply, take, events, end }) => {
  const entries: LogEntry[] = [];
  const aborter = new AbortController();
  const http = scriptedHttp([reply(() => aborter.abort())]);
  // Each look at the clock takes a millisecond.
  let clock = 0;
  const log = createRequestLog(
    (entry) => entries.push(entry),
    () => {
      clock += 1;
      return clock;
    },
  );
  const client = log.wrapHttp(http);
  try {
    const response = await client.post({
      url: "http://me:word@host:1/v1/chat/completions?key=word",
      headers: { authorization: "Bearer word" },
      body: "你好",
      signal: aborter.signal,
      idleTimeoutMs: undefined,
    });
    await response.read(() => {
      log.seeToken();
      log.seeToken();
      return take ?? "more";
    });
  } catch {
    // What is thrown goes on to the wire; here it is the line that counts.
  }
  expect(entries.map(({ event }) => event)).toEqual(events);
  const last = entries.at(-1);
  const sent = { request: 1, method: "POST", url: "http://host:1/v1/chat/completions", bytes_up: 6 };
  expect({ level: last?.level, ...last?.fields }).toEqual({ ...sent, ...end });
});
