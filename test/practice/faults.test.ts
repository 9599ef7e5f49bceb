import { expect, test } from "vitest";
import type { Reply, Script } from "../../src/practice/index.ts";
import { ask, hi, startServer, until } from "./support.ts";

const body = { messages: hi, stream: true };

async function startWith(...replies: Reply[]) {
  return startServer({ script: { replies } });
}

test.each<[string, Reply, object]>([
  [
    "an object",
    { status: 429, headers: { "Retry-After": "2" }, body: { error: "slow" } },
    { status: 429, body: '{"error":"slow"}', type: "application/json", after: "2" },
  ],
  [
    "a string",
    { status: 502, body: "<html>", headers: { "Content-Type": "text/html" }, delay_ms: 1 },
    { status: 502, body: "<html>", type: "text/html", after: undefined },
  ],
  [
    "nothing",
    { status: 400 },
    { status: 400, body: "", type: "text/plain; charset=utf-8", after: undefined },
  ],
])("a status with %s as its body", async (_name, reply, expected) => {
  const { status, headers, body: text } = await ask(await startWith(reply), { body });
  expect({ status, body: text, type: headers["content-type"], after: headers["retry-after"] }).toEqual(
    expected,
  );
});

test("raw chunks arrive as given, a character split over two writes too", async () => {
  const [first, second] = [Buffer.from("你").subarray(0, 1), Buffer.from("你").subarray(1)];
  const server = await startWith({
    headers: { "x-own": "yes" },
    chunks: [
      "data: a",
      { wait_ms: 1 },
      "\n\n",
      { base64: first.toString("base64") },
      { base64: second.toString("base64") },
    ],
  });
  const answer = await ask(server, { body });
  expect(answer).toMatchObject({ status: 200, body: "data: a\n\n你", end: "complete" });
  expect(answer.headers).toMatchObject({
    "content-type": "text/event-stream",
    "x-own": "yes",
    "x-leat-practice": "1",
  });
  expect(server.requests[0]?.writes).toHaveLength(4);
});

test("destroy resets the connection after what was sent, and is not the client's doing", async () => {
  const server = await startWith({ chunks: ["data: a\n\n"], end: "destroy" });
  expect(await ask(server, { body })).toMatchObject({ body: "data: a\n\n", end: "broken" });
  expect(server.requests[0]?.abortedAtMs).toBeUndefined();
});

test("hang stays silent until the client leaves, which is recorded", async () => {
  const server = await startWith({ chunks: ["data: a\n\n"], end: "hang" });
  const answer = await ask(server, { body, stopAt: (soFar) => soFar.endsWith("\n\n") });
  expect(answer).toMatchObject({ body: "data: a\n\n", end: "broken" });
  await until(() => server.requests[0]?.abortedAtMs !== undefined);
});

test("stop ends a hanging answer, and that is not the client's doing either", async () => {
  const server = await startWith({ chunks: ["data: a\n\n"], end: "hang" });
  const answer = ask(server, { body });
  await until(() => server.requests[0]?.writes.length === 1);
  await server.stop();
  expect((await answer).end).toBe("broken");
  expect(server.requests[0]?.abortedAtMs).toBeUndefined();
});

test("a client that leaves stops the tokens", async () => {
  // Slow enough that the whole answer would take minutes: the test ends because the server notices.
  const server = await startWith({
    text: "word ".repeat(1000),
    pace: { tokens_per_second: 5 },
    usage: false,
  });
  await ask(server, { body, stopAt: (soFar) => soFar.includes("word") });
  const [recorded] = server.requests;
  await until(() => recorded?.abortedAtMs !== undefined);
  expect(recorded?.writes).toHaveLength(1);
});

test.each<[string, Reply, boolean]>([
  ["before a delayed status", { status: 500, delay_ms: 600_000 }, true],
  ["in a long prefill", { text: "a", prefill: { tokens: 1000, ms: 600_000 } }, true],
  ["in an answer that comes whole", { text: "a b", pace: { tokens_per_second: 0.01 } }, false],
])("a client that leaves %s is noticed", async (_name, reply, stream) => {
  const server = await startWith(reply);
  const leave = new AbortController();
  const answer = fetch(`${server.url}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ messages: hi, stream }),
    signal: leave.signal,
  }).then((response) => response.text());
  await until(() => server.requests.length === 1);
  leave.abort();
  await expect(answer).rejects.toThrow();
  await until(() => server.requests[0]?.abortedAtMs !== undefined);
});

async function textsFor(script: Script, prompts: readonly string[]): Promise<readonly string[]> {
  const server = await startServer({ script });
  const texts: string[] = [];
  for (const prompt of prompts) {
    const answer = await ask(server, { body: { messages: [{ role: "user", content: prompt }] } });
    const json = JSON.parse(answer.body);
    texts.push(json.error ? `${answer.status} ${json.error.message}` : json.choices[0].message.content);
  }
  return texts;
}

const a = { text: "A" };
const b = { text: "B" };

test.each<[string, Script, readonly string[], readonly string[]]>([
  [
    "in order, then a 500",
    { replies: [a, b] },
    ["x", "x", "x"],
    ["A", "B", "500 The practice script has no reply 3."],
  ],
  [
    "in order, then the last again",
    { replies: [a, b], after: "repeat-last" },
    ["x", "x", "x", "x"],
    ["A", "B", "B", "B"],
  ],
  ["none at all", { replies: [], after: "repeat-last" }, ["x"], ["500 The practice script has no reply 1."]],
  [
    "the first that fits; those before it stay",
    {
      replies: [
        { ...a, when: { body_has: "cat" } },
        { ...b, when: { body_lacks: "cat" } },
      ],
    },
    ["dog", "cat", "cat"],
    ["B", "A", "500 The practice script has no reply 3."],
  ],
])("replies are taken %s", async (_name, script, prompts, expected) => {
  expect(await textsFor(script, prompts)).toEqual(expected);
});

test("a port in use is the system's own error", async () => {
  const server = await startServer();
  await expect(startServer({ port: server.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});
