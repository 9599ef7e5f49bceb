import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RawReply, Reply } from "../../src/practice/index.ts";
import { createWorkbench, localConfig } from "./support.ts";

/** What a user meets when things go wrong: one sentence that helps, and an exit code that tells the truth. */
interface Fault {
  readonly name: string;
  readonly replies: readonly Reply[];
  readonly code: number;
  readonly requests: number;
  /** Each must stand on stderr. */
  readonly says: readonly string[];
  readonly stdout?: string;
}

const answer: Reply = { text: "all is well" };
const chunk = (content: string) =>
  `data: {"choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}}}]}\n\n`;
const stream = (...chunks: string[]): RawReply => ({
  headers: { "content-type": "text/event-stream" },
  chunks,
});
const broken: Reply = { ...stream(chunk("half an ans")), end: "destroy" };
const status = (code: number, message: string, type = ""): Reply => ({
  status: code,
  body: { error: { message, type } },
});

const faults: Fault[] = [
  {
    name: "401",
    replies: [status(401, "Incorrect API key provided")],
    code: 1,
    requests: 1,
    says: ["Incorrect API key provided", "The server wants a key"],
  },
  {
    name: "404 for the model",
    replies: [status(404, 'model "gpt-oss" not found, try pulling it first')],
    code: 1,
    requests: 1,
    says: ["not found, try pulling it first", "Choose another with -m"],
  },
  {
    name: "404 for the path",
    replies: [{ status: 404, body: "not here" }],
    code: 1,
    requests: 1,
    says: ["not here", "base_url usually ends in /v1"],
  },
  {
    name: "a plain 400 is not retried",
    replies: [status(400, "messages must not be empty")],
    code: 1,
    requests: 1,
    says: ["messages must not be empty"],
  },
  {
    name: "500 three times, then an answer",
    replies: [status(500, "oops"), status(500, "oops"), status(500, "oops"), answer],
    code: 0,
    requests: 4,
    says: ["retry 1 of 4", "retry 3 of 4", "oops"],
    stdout: "all is well\n",
  },
  {
    name: "429 with Retry-After",
    replies: [
      { status: 429, headers: { "retry-after": "0" }, body: { error: { message: "slow down" } } },
      answer,
    ],
    code: 0,
    requests: 2,
    says: ["retry 1 of 4", "slow down"],
    stdout: "all is well\n",
  },
  {
    name: "503 while the model is loading",
    replies: [status(503, "Loading model", "unavailable_error"), answer],
    code: 0,
    requests: 2,
    says: ["Loading model"],
    stdout: "all is well\n",
  },
  {
    name: "a spent allowance is not retried",
    replies: [status(429, "You exceeded your current quota", "insufficient_quota")],
    code: 1,
    requests: 1,
    says: ["You exceeded your current quota", "billing"],
  },
  {
    name: "a stream that breaks once",
    replies: [broken, answer],
    code: 0,
    requests: 2,
    says: ["half an ans", "retry 1 of 5"],
    stdout: "all is well\n",
  },
  {
    name: "a stream that ends without a finish reason",
    replies: [stream(chunk("half")), answer],
    code: 0,
    requests: 2,
    says: ["retry 1 of 5"],
    stdout: "all is well\n",
  },
  {
    name: "an empty stream",
    replies: [stream("data: [DONE]\n\n"), stream("data: [DONE]\n\n")],
    code: 1,
    requests: 2,
    says: ["it is told to go on", "error: the model ended without an answer"],
    stdout: "",
  },
  {
    name: "thinking without an answer",
    replies: [{ reasoning: "I should answer" }, { reasoning: "still silent" }],
    code: 1,
    requests: 2,
    says: ["[I should answer]", "it is told to go on", "error: the model ended without an answer"],
    stdout: "",
  },
  {
    name: "thinking without an answer, and an answer when told to go on",
    replies: [{ reasoning: "I should answer" }, answer],
    code: 0,
    requests: 2,
    says: ["it is told to go on"],
    stdout: "all is well\n",
  },
  {
    name: "an error frame in a 200 stream",
    replies: [
      stream(
        chunk("Let me"),
        'data: {"error":{"message":"the request exceeds the available context size","code":400}}\n\n',
      ),
    ],
    code: 1,
    requests: 1,
    says: ["Let me", "exceeds the available context size", "no longer fits"],
    stdout: "",
  },
  {
    name: "an event line of the kind error",
    replies: [stream('event: error\ndata: {"message":"Input does not fit in context length."}\n\n')],
    code: 1,
    requests: 1,
    says: ["Input does not fit in context length."],
  },
  {
    name: "stream_options refused",
    replies: [
      {
        status: 422,
        body: { detail: [{ loc: ["body", "stream_options"], msg: "Extra inputs are not permitted" }] },
      },
      answer,
    ],
    code: 0,
    requests: 2,
    says: ["stream_options"],
    stdout: "all is well\n",
  },
  {
    name: "a redirect is not followed",
    replies: [{ status: 307, headers: { location: "https://example.org/" } }],
    code: 1,
    requests: 1,
    says: ["https://example.org/", "base_url"],
  },
  {
    name: "one broken event among good ones",
    replies: [stream(chunk("all "), "data: {unreadable\n\n", chunk("is well"), "data: [DONE]\n\n")],
    code: 0,
    requests: 1,
    says: ["1 event of the server could not be read"],
    stdout: "all is well\n",
  },
];

test.each(faults)("$name", async ({ replies, code, requests, says, stdout }) => {
  const bench = await createWorkbench(replies);
  const run = await bench.leat(["exec", "hi"]);
  for (const text of says) {
    expect(run.stderr).toContain(text);
  }
  expect(bench.server.requests).toHaveLength(requests);
  expect(run.code).toBe(code);
  if (stdout !== undefined) {
    expect(run.stdout).toBe(stdout);
  }
});

test("both budgets are spent and no more", async () => {
  const bench = await createWorkbench([]);
  bench.writeConfig(`${localConfig(bench.server.url)}request_max_retries = 2\nstream_max_retries = 1\n`);
  // The script is empty, so that every request gets a 500.
  const run = await bench.leat(["exec", "hi"]);
  expect(bench.server.requests).toHaveLength(3);
  expect(run.stderr).toContain("(3 requests)");
  expect(run.code).toBe(1);
});

describe("the way to the server", () => {
  test.each([
    {
      name: "nothing listens on loopback",
      url: "http://127.0.0.1:1/v1",
      says: ["nothing listens at http://127.0.0.1:1/v1", "provider `local-oss`", "leat practice"],
    },
    {
      name: "nothing listens, by name",
      url: "http://localhost:1/v1",
      says: ["nothing listens at", "Start the server"],
    },
    {
      name: "a host that does not exist",
      url: "http://nonexistent.invalid/v1",
      // A resolver that does not answer makes it "reached".
      says: [/can't be (found|reached)/, "retry 1 of 1", "(2 requests)", "base_url"],
    },
  ])("$name", async ({ url, says }) => {
    const bench = await createWorkbench([]);
    bench.writeConfig(localConfig(url));
    const run = await bench.leat(["exec", "hi"]);
    for (const text of says) {
      if (typeof text === "string") {
        expect(run.stderr).toContain(text);
      } else {
        expect(run.stderr).toMatch(text);
      }
    }
    expect(run.code).toBe(1);
    expect(run.stdout).toBe("");
  });
});

describe("wrong configuration", () => {
  test.each([
    {
      name: "TOML that can't be read",
      toml: 'model = "a"\nmodel = = 1\n',
      args: [],
      says: ["config.toml", "line 2"],
    },
    { name: "a wrong type", toml: "\nmodel = 5\n", args: [], says: ["config.toml", "line 2", "model"] },
    {
      name: "a wrong value",
      toml: 'sandbox_mode = "workspace"\n',
      args: [],
      says: ["sandbox_mode", "workspace-write"],
    },
    {
      name: "an unknown profile",
      toml: "[profiles.local-oss]\n",
      args: ["-p", "local-os"],
      says: ["config profile `local-os` not found", "local-oss"],
    },
    {
      name: "an unknown provider",
      toml: 'model_provider = "lmstudo"\n',
      args: [],
      says: ["`lmstudo` not found", "lmstudio"],
    },
    {
      name: "an override without =",
      toml: "",
      args: ["-c", "model"],
      says: ["Invalid override (missing '='): model"],
    },
  ])("$name", async ({ toml, args, says }) => {
    const bench = await createWorkbench([answer]);
    bench.writeConfig(toml);
    const run = await bench.leat(["exec", ...args, "hi"]);
    for (const text of says) {
      expect(run.stderr).toContain(text);
    }
    expect(run.code).toBe(1);
    expect(bench.server.requests).toHaveLength(0);
  });

  test("an unknown key is told in one line and is never fatal", async () => {
    const bench = await createWorkbench([answer]);
    bench.writeConfig(localConfig(bench.server.url, 'modle = "x"\nsandbox_mod = "read-only"'));
    const run = await bench.leat(["exec", "hi"]);
    const lines = run.stderr.split("\n").filter((line) => line.includes("modle"));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("sandbox_mod");
    expect(lines[0]).toContain("model");
    expect(run.code).toBe(0);
  });

  test("a session folder that can't be written stops before anything is sent", async () => {
    const bench = await createWorkbench([answer]);
    writeFileSync(join(bench.home, "sessions"), "a file where a folder should be");
    const run = await bench.leat(["exec", "hi"]);
    expect(run.stderr).toContain("session file can't be written");
    expect(run.code).toBe(1);
    expect(bench.server.requests).toHaveLength(0);
  });
});
