import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { PracticeServer, Reply } from "../../src/practice/index.ts";
import { ask, startServer, until } from "./support.ts";

/** A conversation of its own: long enough that its slot is told from others by it. */
const about = (topic: string, more = "") => [{ role: "user", content: `${topic.repeat(200)}${more}` }];
const answers = { replies: [{ text: "One two" }], after: "repeat-last" as const };
const start = (more: Parameters<typeof startServer>[0] = {}) => startServer({ script: answers, ...more });

async function cached(server: PracticeServer, body: Record<string, unknown>) {
  const { timings } = JSON.parse((await ask(server, { body })).body);
  return { slot: server.requests.at(-1)?.slot, cached: timings.cache_n > 20 };
}

test("each slot has a prompt of its own; a conversation comes back to its slot", async () => {
  const server = await start({ slots: 2 });
  expect(await cached(server, { messages: about("cats") })).toEqual({ slot: 0, cached: false });
  expect(await cached(server, { messages: about("dogs") })).toEqual({ slot: 1, cached: false });
  expect(await cached(server, { messages: about("cats", " more") })).toEqual({ slot: 0, cached: true });
  expect(await cached(server, { messages: about("dogs", " more") })).toEqual({ slot: 1, cached: true });
  // A third one takes the slot that was idle the longest.
  expect(await cached(server, { messages: about("newts") })).toEqual({ slot: 0, cached: false });
  expect(await cached(server, { messages: about("cats", " more") })).toEqual({ slot: 1, cached: false });
});

test("id_slot is obeyed, even where another one has the prompt", async () => {
  const server = await start({ slots: 2 });
  await cached(server, { messages: about("cats"), id_slot: 1 });
  expect(await cached(server, { messages: about("cats"), id_slot: 0 })).toEqual({ slot: 0, cached: false });
  expect(await cached(server, { messages: about("cats"), id_slot: 1 })).toEqual({ slot: 1, cached: true });
  // No such slot, or none wished for: any.
  expect(await cached(server, { messages: about("cats"), id_slot: 7 })).toMatchObject({ cached: true });
  expect(await cached(server, { messages: about("cats"), id_slot: -1 })).toMatchObject({ cached: true });
});

const slow: Reply = { text: "word ".repeat(1000), pace: { tokens_per_second: 5 } };

test("who finds no free slot waits until one is, and a client that leaves frees its slot", async () => {
  const server = await startServer({ face: "llamacpp", script: { replies: [slow, { text: "next" }] } });
  const leave = new AbortController();
  const first = fetch(`${server.url}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ messages: about("cats"), stream: true }),
    signal: leave.signal,
  });
  await until(() => server.requests[0]?.slot === 0);
  expect(JSON.parse((await ask(server, { method: "GET", path: "/slots" })).body)).toEqual([
    { id: 0, id_task: 1, n_ctx: 32_768, speculative: false, is_processing: true },
  ]);
  const second = ask(server, { body: { messages: about("dogs") } });
  await until(() => server.requests.length === 2);
  expect(server.requests[1]?.slot).toBeUndefined();
  leave.abort();
  expect(JSON.parse((await second).body).choices[0].message.content).toBe("next");
  await first.then((response) => response.text()).catch(() => undefined);
  const [slot] = JSON.parse((await ask(server, { method: "GET", path: "/slots" })).body);
  expect(slot).toMatchObject({ id_task: -1, is_processing: false });
});

test("who leaves the line gets no slot", async () => {
  const server = await startServer({ script: { replies: [slow, { text: "b" }, { text: "c" }] } });
  const [leaveFirst, leaveSecond] = [new AbortController(), new AbortController()];
  const post = (signal: AbortSignal) =>
    fetch(`${server.url}/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ messages: about("cats"), stream: true }),
      signal,
    }).then(
      () => "answered",
      () => "left",
    );
  const first = post(leaveFirst.signal);
  await until(() => server.requests[0]?.slot === 0);
  const second = post(leaveSecond.signal);
  await until(() => server.requests.length === 2);
  leaveSecond.abort();
  expect(await second).toBe("left");
  await until(() => server.requests[1]?.abortedAtMs !== undefined);
  leaveFirst.abort();
  await first;
  const third = JSON.parse((await ask(server, { body: { messages: about("dogs") } })).body);
  expect(third.choices[0].message.content).toBe("c");
  expect(server.requests.map(({ slot }) => slot)).toEqual([0, undefined, 0]);
});

test("what was read of a prompt before its client left stays in the slot", async () => {
  // 20 s for this prompt: it is left when a part of it is read.
  const server = await start({ face: "llamacpp", prefillTokensPerSecond: 200 });
  const messages = about("x", "y".repeat(16_000));
  const left = await ask(server, {
    body: { messages, stream: true, return_progress: true },
    stopAt: (soFar) => soFar.split("prompt_progress").length > 4,
  });
  const shown = [...left.body.matchAll(/"processed":(\d+)/g)].map(([, count]) => Number(count));
  await until(() => server.requests[0]?.abortedAtMs !== undefined);
  const again = await ask(server, {
    body: { messages, stream: true, return_progress: true },
    stopAt: (soFar) => /"cache":\d+/.test(soFar),
  });
  const cache = Number(/"cache":(\d+)/.exec(again.body)?.[1]);
  expect(cache).toBeGreaterThanOrEqual(Math.max(...shown));
  expect(cache).toBeGreaterThan(0);
  expect(cache).toBeLessThan(4000);
});

test("one token at most: it warms the cache and leaves the script's replies to others", async () => {
  const server = await startServer({ script: { replies: [{ text: "One two three" }, { text: "rest" }] } });
  const messages = about("cats");
  for (const body of [{ max_tokens: 1 }, { n_predict: 0 }, { max_completion_tokens: 1 }]) {
    const answer = JSON.parse((await ask(server, { body: { messages, ...body } })).body);
    const tokens = "n_predict" in body ? 0 : 1;
    expect(answer.usage.completion_tokens).toBe(tokens);
  }
  expect(await cached(server, { messages })).toEqual({ slot: 0, cached: true });
  const limited = JSON.parse((await ask(server, { body: { messages, max_tokens: 3 } })).body);
  expect(limited.choices[0]).toMatchObject({ message: { content: "rest" }, finish_reason: "stop" });
});

test.each<[string, Reply, number, unknown]>([
  ["text", { text: "One two three" }, 2, { content: "One two" }],
  ["thinking", { reasoning: "Let me see.", text: "Yes." }, 2, { content: null, reasoning_content: "Let me" }],
  ["text behind thinking", { reasoning: "Hm.", text: "Yes it is." }, 2, { content: "Yes" }],
])("an answer is cut in its %s where the limit is", async (_name, reply, most, message) => {
  const server = await startServer({ script: { replies: [reply] } });
  const answer = JSON.parse((await ask(server, { body: { messages: about("a"), max_tokens: most } })).body);
  expect(answer.choices[0]).toMatchObject({ message, finish_reason: "length" });
  expect(answer.usage.completion_tokens).toBe(most);
});

test("a call is cut in its arguments, in a stream as well", async () => {
  const server = await startServer({
    script: { replies: [{ calls: [{ name: "shell", arguments: { command: "ls" } }] }] },
  });
  const answer = await ask(server, { body: { messages: about("a"), stream: true, max_tokens: 2 } });
  expect(answer.body).toContain(`"arguments":"{\\"command\\":\\""`);
  expect(answer.body).not.toContain('ls\\"');
  expect(answer.body).toContain(`"finish_reason":"length"`);
});

test("slots are saved, restored after a restart, and erased", async () => {
  const folder = mkdtempSync(join(tmpdir(), "leat-slots-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const options = { face: "llamacpp", slots: 2, slotSavePath: folder } as const;
  const post = async (server: PracticeServer, path: string, body: unknown = {}) => {
    const answer = await ask(server, { path, body });
    return { status: answer.status, ...JSON.parse(answer.body) };
  };
  const first = await start(options);
  await cached(first, { messages: about("cats"), id_slot: 1 });
  const saved = await post(first, "/slots/1?action=save", { filename: "one.bin" });
  expect(saved).toMatchObject({ status: 200, id_slot: 1, filename: "one.bin", n_saved: expect.any(Number) });
  await first.stop();

  const second = await start(options);
  expect(await post(second, "/slots/0?action=restore", { filename: "one.bin" })).toMatchObject({
    status: 200,
    id_slot: 0,
    n_restored: saved.n_saved,
  });
  expect(await cached(second, { messages: about("cats"), id_slot: 0 })).toEqual({ slot: 0, cached: true });
  expect(await post(second, "/slots/0?action=erase")).toMatchObject({ id_slot: 0, n_erased: saved.n_saved });
  expect(await cached(second, { messages: about("cats"), id_slot: 0 })).toEqual({ slot: 0, cached: false });
  for (const [path, body, message] of [
    ["/slots/0?action=save", { filename: "../one.bin" }, "Invalid filename"],
    ["/slots/0?action=fly", { filename: "one.bin" }, "Invalid action"],
    ["/slots/9?action=save", { filename: "one.bin" }, "Invalid slot ID"],
    ["/slots/0?action=restore", { filename: "none.bin" }, "Unable to restore slot"],
  ] as const) {
    const refused = await post(second, path, body);
    expect([refused.status, refused.error.message]).toEqual([400, expect.stringContaining(message)]);
  }
  const without = await start({ face: "llamacpp" });
  expect(await post(without, "/slots/0?action=save", { filename: "one.bin" })).toMatchObject({ status: 501 });
});
