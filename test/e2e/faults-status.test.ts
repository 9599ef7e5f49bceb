import { test } from "vitest";
import { httpAnswer } from "../support/raw-server.ts";
import {
  ANSWER,
  CRASHED,
  checkFault,
  DONE,
  type Fault,
  json,
  raw,
  retry,
  SERVER_SIDE,
  status,
  UNFINISHED,
  whole,
} from "./fault-support.ts";

/** What servers refuse, and how often they are asked, by the built program. */
const FAULTS: readonly Fault[] = [
  {
    name: "400",
    answers: [status(400, json("messages: must not be empty"))],
    stderr: ["error: Local gpt-oss-20b says (HTTP 400): messages: must not be empty"],
    code: 1,
    requests: 1,
  },
  {
    name: "401",
    answers: [status(401, json("Incorrect API key"))],
    stderr: [
      "error: Local gpt-oss-20b says (HTTP 401): Incorrect API key",
      "The server wants a key: name its variable as env_key in [model_providers.local-oss].",
    ],
    code: 1,
    requests: 1,
  },
  {
    name: "403, a page",
    answers: [status(403, "<html><title>403 Forbidden</title></html>")],
    stderr: [
      "error: Local gpt-oss-20b says (HTTP 403): 403 Forbidden",
      "The server wants a key: name its variable as env_key in [model_providers.local-oss].",
    ],
    code: 1,
    requests: 1,
  },
  {
    name: "404",
    answers: [status(404, "404 page not found")],
    stderr: [
      "error: Local gpt-oss-20b says (HTTP 404): 404 page not found",
      "No Chat Completions API at http://server/v1. base_url usually ends in /v1.",
    ],
    code: 1,
    requests: 1,
  },
  {
    name: "422",
    answers: [status(422, '{"detail":[{"loc":["body","messages"],"msg":"Field required"}]}')],
    stderr: ["error: Local gpt-oss-20b says (HTTP 422): Field required (body.messages)"],
    code: 1,
    requests: 1,
  },
  {
    name: "429 with Retry-After, then an answer",
    answers: [status(429, json("slow down"), { "retry-after": "0" }), whole(ANSWER)],
    stderr: [retry("Local gpt-oss-20b says (HTTP 429): slow down"), ...DONE],
    stdout: "all is well\n",
    code: 0,
    requests: 2,
  },
  {
    name: "429 without end",
    answers: [status(429, json("slow down"))],
    stderr: [
      retry("Local gpt-oss-20b says (HTTP 429): slow down"),
      "error: Local gpt-oss-20b says (HTTP 429) (2 requests): slow down",
      "Too many requests: wait a little.",
    ],
    code: 1,
    requests: 2,
  },
  {
    name: "500",
    answers: [status(500, json("boom"))],
    stderr: [
      retry("Local gpt-oss-20b says (HTTP 500): boom"),
      "error: Local gpt-oss-20b says (HTTP 500) (2 requests): boom",
      SERVER_SIDE,
    ],
    code: 1,
    requests: 2,
  },
  {
    name: "502, a page, then an answer",
    answers: [status(502, "<html><title>502 Bad Gateway</title></html>"), whole(ANSWER)],
    stderr: [retry("Local gpt-oss-20b says (HTTP 502): 502 Bad Gateway"), ...DONE],
    stdout: "all is well\n",
    code: 0,
    requests: 2,
  },
  {
    name: "503 while loading, then an answer",
    answers: [status(503, json("Loading model"), { "retry-after": "0" }), whole(ANSWER)],
    stderr: ["Local gpt-oss-20b says (HTTP 503): Loading model; waiting until it is there", ...DONE],
    stdout: "all is well\n",
    code: 0,
    requests: 2,
  },
  {
    name: "503 for ever",
    answers: [status(503, json("busy"))],
    stderr: [
      retry("Local gpt-oss-20b says (HTTP 503): busy"),
      "error: Local gpt-oss-20b says (HTTP 503) (2 requests): busy",
      "The server is busy. Local servers often serve one request at a time: end other clients.",
    ],
    code: 1,
    requests: 2,
  },
  {
    name: "503 for ever, none of it retried",
    answers: [status(503, json("busy"))],
    config: "request_max_retries = 0\n",
    stderr: [
      "error: Local gpt-oss-20b says (HTTP 503): busy",
      "The server is busy. Local servers often serve one request at a time: end other clients.",
    ],
    code: 1,
    requests: 1,
  },
  {
    name: "500 without a body",
    answers: [status(500, "")],
    stderr: [
      retry("Local gpt-oss-20b says (HTTP 500): HTTP status 500 without a message"),
      "error: Local gpt-oss-20b says (HTTP 500) (2 requests): HTTP status 500 without a message",
      SERVER_SIDE,
    ],
    code: 1,
    requests: 2,
  },
  {
    name: "401, its body cut",
    answers: [
      { bytes: httpAnswer(401, json("Incorrect API key"), { "content-length": "999" }), end: "reset" },
    ],
    stderr: [
      "error: Local gpt-oss-20b says (HTTP 401): Incorrect API key",
      "The server wants a key: name its variable as env_key in [model_providers.local-oss].",
    ],
    code: 1,
    requests: 1,
  },
  {
    name: "301",
    answers: [status(301, "", { location: "https://elsewhere.example/" })],
    stderr: [
      "error: http://server/v1/chat/completions is redirected to https://elsewhere.example/, and leat does not follow redirects.",
      "If you trust the new address, make it the base_url of provider `local-oss`.",
    ],
    code: 1,
    requests: 1,
  },
  {
    name: "307",
    answers: [status(307, "moved", { location: "/v2" })],
    stderr: [
      "error: http://server/v1/chat/completions is redirected to /v2, and leat does not follow redirects.",
      "If you trust the new address, make it the base_url of provider `local-oss`.",
    ],
    code: 1,
    requests: 1,
  },
  {
    name: "204",
    answers: [raw("HTTP/1.1 204 No Content\r\n\r\n", "keep")],
    stderr: [
      retry("the answer broke off without an end."),
      "error: the answer broke off without an end (2 requests).",
      UNFINISHED,
    ],
    code: 1,
    requests: 2,
  },
  {
    name: "103, then an answer",
    answers: [raw(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${whole(ANSWER).bytes}`, "keep")],
    stderr: [...DONE],
    stdout: "all is well\n",
    code: 0,
    requests: 1,
  },
  {
    name: "101",
    answers: [raw("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n", "keep")],
    stderr: [
      retry(
        "the connection to http://server/v1/chat/completions broke: the server asked for another protocol.",
      ),
      "error: the connection to http://server/v1/chat/completions broke (2 requests): the server asked for another protocol.",
      CRASHED,
    ],
    code: 1,
    requests: 2,
  },
  {
    name: "another protocol",
    answers: [raw("SSH-2.0-OpenSSH_9.6\r\n")],
    stderr: [
      retry(
        "the connection to http://server/v1/chat/completions broke: what came is no HTTP (HPE_INVALID_CONSTANT).",
      ),
      "error: the connection to http://server/v1/chat/completions broke (2 requests): what came is no HTTP (HPE_INVALID_CONSTANT).",
      CRASHED,
    ],
    code: 1,
    requests: 2,
  },
];

test.each(FAULTS)("$name", checkFault);
