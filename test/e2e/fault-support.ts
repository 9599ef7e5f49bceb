import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { httpAnswer, type RawAnswer, startRawServer } from "../support/raw-server.ts";
import { delta, sse } from "../support/scripted-http.ts";
import { createBench, localConfig } from "./support.ts";

/** One row of the tables of faults: what the server does, and all that a user meets. */
export interface Fault {
  readonly name: string;
  /** The last one is repeated. */
  readonly answers: readonly RawAnswer[];
  /** Of the provider; one retry of each kind where nothing is said. */
  readonly config?: string;
  /** What stands below the prompt, line by line. */
  readonly stderr: readonly string[];
  readonly stdout?: string;
  readonly code: 0 | 1;
  readonly requests: number;
  /** How often the tool ran. */
  readonly toolRuns?: number;
}

export const EVENTS = { "content-type": "text/event-stream" };
export const ANSWER = [delta({ content: "all is well" }), delta({}, "stop"), sse("[DONE]")].join("");
export const HALF = delta({ content: "half an ans" });
const ARGUMENTS = '{"command":"echo ran >> ran.txt"}';
/** Without a finish reason. Its tool writes one line a run, so that two runs can't be missed. */
export const BARE_CALL = delta({
  tool_calls: [{ index: 0, id: "c1", function: { name: "shell", arguments: ARGUMENTS } }],
});
export const CALL = [BARE_CALL, delta({}, "tool_calls"), sse("[DONE]")].join("");

/** A whole answer, after which the connection is kept. */
export function whole(body: string | Buffer, headers: Readonly<Record<string, string>> = EVENTS): RawAnswer {
  return status(200, body, headers);
}

export function status(
  code: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): RawAnswer {
  return { bytes: httpAnswer(code, body, headers), end: "keep" };
}

/** An answer that tells a length which is never reached. */
export function cut(
  body: string | Buffer,
  end: RawAnswer["end"],
  headers: Readonly<Record<string, string>> = EVENTS,
): RawAnswer {
  return { bytes: httpAnswer(200, body, { ...headers, "content-length": "99999" }), end };
}

export function raw(bytes: string, end: RawAnswer["end"] = "close"): RawAnswer {
  return { bytes, end };
}

export function json(message: string): string {
  return JSON.stringify({ error: { message } });
}

/** What stands on stderr again and again. */
export const AGAIN = "the answer broke off; it is asked for again from the start";
export const DONE = ["all is well", "first token N ms"];
export const HALF_SHOWN = "half an ans";
export const TOOL_RAN = "exec echo ran >> ran.txt ok in N ms";
export const RETRY_BROKE = retry("the connection to http://server/v1/chat/completions broke.");
export const ERROR_BROKE = "error: the connection to http://server/v1/chat/completions broke (2 requests).";
export const CRASHED = "The server may have crashed or run out of memory: look at its log.";
export const SERVER_SIDE = "The failure is on the server's side: look at its log.";
export const UNFINISHED = "Some servers end like this when generation fails: look at the server's log.";

export function retry(why: string): string {
  return `retry 1 of 1 in N s: ${why}`;
}

const ONE_RETRY = "request_max_retries = 1\nstream_max_retries = 1\n";
export const IMPATIENT = `${ONE_RETRY}stream_idle_timeout_ms = 300\n`;

export interface Outcome {
  readonly stderr: readonly string[];
  readonly stdout: string;
  readonly code: number | null;
  readonly toolRuns: number;
}

export async function runAgainst(url: string, config: string = ONE_RETRY): Promise<Outcome> {
  const bench = createBench(url);
  bench.writeConfig(`${localConfig(url)}${config}`);
  const { code, stderr, stdout } = await bench.leat(["exec", "-s", "danger-full-access", "hi"]);
  const log = join(bench.project, "ran.txt");
  const toolRuns = existsSync(log) ? readFileSync(log, "utf8").split("\n").length - 1 : 0;
  return { stderr: belowPrompt(stderr), stdout, code, toolRuns };
}

/** Times and ports differ from run to run. */
function belowPrompt(stderr: string): string[] {
  const lines = stderr
    .replaceAll(/http(s?):\/\/127\.0\.0\.1:\d+/g, "http$1://server")
    .trimEnd()
    .split("\n");
  return lines
    .slice(lines.indexOf("> hi") + 1)
    .map((line) => line.replace(/ {2,}/g, " ").replace(/\d+(\.\d+)? (m?s)\b/g, "N $2"));
}

export async function checkFault({ name: _, answers, config, requests, ...expected }: Fault): Promise<void> {
  const server = await startRawServer((number) => answers[Math.min(number, answers.length) - 1] ?? raw(""));
  onTestFinished(() => server.close());
  const outcome = await runAgainst(`http://127.0.0.1:${server.port}/v1`, config);
  expect({ ...outcome, requests: server.bodies.length }).toEqual({
    stdout: "",
    toolRuns: 0,
    ...expected,
    requests,
  });
}
