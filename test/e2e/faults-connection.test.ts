import { readFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { describe, expect, onTestFinished, test } from "vitest";
import { findFreePort, listen, startLoopback } from "../support/loopback.ts";
import { httpAnswer, type RawAnswer, startRawServer } from "../support/raw-server.ts";
import { sse } from "../support/scripted-http.ts";
import {
  AGAIN,
  ANSWER,
  BARE_CALL,
  CALL,
  CRASHED,
  checkFault,
  cut,
  DONE,
  ERROR_BROKE,
  EVENTS,
  type Fault,
  HALF,
  HALF_SHOWN,
  IMPATIENT,
  RETRY_BROKE,
  raw,
  retry,
  runAgainst,
  TOOL_RAN,
  whole,
} from "./fault-support.ts";

/** Connections that are not made, break or fall silent, between the built program and a server. */
const FAULTS: readonly Fault[] = [
  {
    name: "reset before the headers, ever again",
    answers: [raw("", "reset")],
    stderr: [RETRY_BROKE, ERROR_BROKE, CRASHED],
    code: 1,
    requests: 2,
  },
  {
    name: "closed before the headers, then an answer",
    answers: [raw(""), whole(ANSWER)],
    stderr: [RETRY_BROKE, ...DONE],
    stdout: "all is well\n",
    code: 0,
    requests: 2,
  },
  {
    name: "headers, then closed",
    answers: [cut("", "close")],
    stderr: [RETRY_BROKE, ERROR_BROKE, CRASHED],
    code: 1,
    requests: 2,
  },
  {
    name: "headers without end, then closed",
    answers: [raw("HTTP/1.1 200 OK\r\ncontent-ty")],
    stderr: [RETRY_BROKE, ERROR_BROKE, CRASHED],
    code: 1,
    requests: 2,
  },
  {
    name: "silence before the headers",
    answers: [raw("", "hold")],
    config: IMPATIENT,
    stderr: [
      retry("http://server/v1/chat/completions fell silent: nothing arrived for N s."),
      "error: http://server/v1/chat/completions fell silent (2 requests): nothing arrived for N s.",
      "A longer wait is set by stream_idle_timeout_ms of provider `local-oss`.",
    ],
    code: 1,
    requests: 2,
  },
  {
    name: "silence in mid-stream, then an answer",
    answers: [cut(HALF, "hold"), whole(ANSWER)],
    config: IMPATIENT,
    stderr: [
      HALF_SHOWN,
      AGAIN,
      retry("http://server/v1/chat/completions fell silent: nothing arrived for N s."),
      ...DONE,
    ],
    stdout: "all is well\n",
    code: 0,
    requests: 2,
  },
  {
    name: "reset in mid-stream, ever again",
    answers: [cut(HALF, "reset")],
    stderr: [HALF_SHOWN, AGAIN, RETRY_BROKE, HALF_SHOWN, ERROR_BROKE, CRASHED],
    code: 1,
    requests: 2,
  },
  {
    name: "closed in mid-stream, then an answer",
    answers: [cut(HALF, "close"), whole(ANSWER)],
    stderr: [HALF_SHOWN, AGAIN, RETRY_BROKE, ...DONE],
    stdout: "all is well\n",
    code: 0,
    requests: 2,
  },
  {
    name: "closed after the finish reason",
    answers: [cut(ANSWER.replace(sse("[DONE]"), ""), "close")],
    stderr: [...DONE],
    stdout: "all is well\n",
    code: 0,
    requests: 1,
  },
  {
    name: "reset in the midst of a call",
    answers: [cut(CALL.slice(0, 90), "reset"), whole(ANSWER)],
    stderr: [RETRY_BROKE, ...DONE],
    stdout: "all is well\n",
    code: 0,
    requests: 2,
  },
  {
    name: "reset after a whole call without a finish reason",
    answers: [cut(BARE_CALL, "reset"), whole(ANSWER)],
    stderr: [AGAIN, RETRY_BROKE, ...DONE],
    stdout: "all is well\n",
    code: 0,
    requests: 2,
  },
  {
    name: "keep-alive connections closed between turns",
    answers: [{ ...whole(CALL), end: "close" }, whole(ANSWER)],
    stderr: [TOOL_RAN, ...DONE],
    stdout: "all is well\n",
    code: 0,
    toolRuns: 1,
    requests: 2,
  },
  {
    name: "a break after a tool has run",
    answers: [whole(CALL), cut(HALF, "reset"), whole(ANSWER)],
    stderr: [TOOL_RAN, HALF_SHOWN, AGAIN, RETRY_BROKE, ...DONE],
    stdout: "all is well\n",
    code: 0,
    toolRuns: 1,
    requests: 3,
  },
  {
    name: "a break after a tool has run, before the headers",
    answers: [whole(CALL), raw("", "reset"), raw("", "reset"), whole(ANSWER)],
    stderr: [TOOL_RAN, RETRY_BROKE, ...DONE],
    stdout: "all is well\n",
    code: 0,
    toolRuns: 1,
    requests: 4,
  },
  {
    name: "breaks after a tool has run, more than allowed",
    answers: [whole(CALL), cut(HALF, "reset")],
    stderr: [TOOL_RAN, HALF_SHOWN, AGAIN, RETRY_BROKE, HALF_SHOWN, ERROR_BROKE, CRASHED],
    code: 1,
    toolRuns: 1,
    requests: 3,
  },
];

test.each(FAULTS)("$name", checkFault);

describe("no connection", () => {
  const fixture = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url));

  test("refused", async () => {
    expect(await runAgainst(`http://127.0.0.1:${await findFreePort()}/v1`)).toEqual({
      stderr: [
        "error: nothing listens at http://server/v1/chat/completions (provider `local-oss`).",
        "Start the server, or correct base_url in config.toml. Without any model at hand: leat practice.",
      ],
      stdout: "",
      code: 1,
      toolRuns: 0,
    });
  });

  const NO_TLS =
    "Check the certificate of the server; a private authority is added with NODE_EXTRA_CA_CERTS=<file>.";

  test("a certificate that nobody vouches for", async () => {
    let requests = 0;
    const server = createTlsServer(
      { key: fixture("self-signed.key.pem"), cert: fixture("self-signed.cert.pem") },
      () => {
        requests += 1;
      },
    );
    onTestFinished(() => {
      server.close();
    });
    const outcome = await runAgainst(`https://127.0.0.1:${await listen(server)}/v1`);
    expect({ ...outcome, requests }).toEqual({
      stderr: [
        "error: no secure connection to https://server/v1/chat/completions: DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate.",
        NO_TLS,
      ],
      stdout: "",
      code: 1,
      toolRuns: 0,
      requests: 0,
    });
  });

  test("a server that speaks no TLS", async () => {
    const server = await startLoopback((response) => response.end(ANSWER));
    onTestFinished(() => server.close());
    const outcome = await runAgainst(server.url.replace("http:", "https:"));
    expect({ ...outcome, stderr: outcome.stderr.slice(1), requests: server.bodies.length }).toEqual({
      stderr: [NO_TLS],
      stdout: "",
      code: 1,
      toolRuns: 0,
      requests: 0,
    });
    // What OpenSSL says differs between the versions of Node.
    expect(outcome.stderr[0]).toMatch(
      /^error: no secure connection to https:\/\/server\/v1\/chat\/completions: /,
    );
  });
});

/** As many programs run at a time as a small machine bears. */
const AT_ONCE = 3;

/** The end of the frame that makes the call whole: from there on it runs, and before it never does. */
const FINISH = '"finish_reason":"tool_calls"}]}\n\n';

test("a stream with a call that breaks around the end of the call runs it once, or not at all", async () => {
  const bytes = httpAnswer(200, CALL, { ...EVENTS, "content-length": "99999" });
  const finishAt = bytes.indexOf(FINISH) + FINISH.length;
  // That the decoder says the same at every other byte is seen in test/wire/every-offset.test.ts, without a program.
  const cuts = [bytes.length - CALL.length, finishAt - FINISH.length, finishAt - 1, finishAt, finishAt + 1];
  const outcomes: unknown[] = [];
  for (let first = 0; first < cuts.length; first += AT_ONCE) {
    outcomes.push(...(await Promise.all(cuts.slice(first, first + AT_ONCE).map(runCut))));
  }
  expect(outcomes).toEqual(
    cuts.map((cut) => ({
      cut,
      toolRuns: cut >= finishAt ? 1 : 0,
      requests: 2,
      code: 0,
      stdout: "all is well\n",
    })),
  );

  async function runCut(cut: number): Promise<unknown> {
    const broken: RawAnswer = { bytes: bytes.subarray(0, cut), end: "reset" };
    const server = await startRawServer((number) => (number === 1 ? broken : whole(ANSWER)));
    onTestFinished(() => server.close());
    const { toolRuns, code, stdout } = await runAgainst(`http://127.0.0.1:${server.port}/v1`);
    return { cut, toolRuns, requests: server.bodies.length, code, stdout };
  }
});
