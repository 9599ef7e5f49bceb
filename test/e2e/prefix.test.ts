import { expect, test } from "vitest";
import type { Reply } from "../../src/practice/index.ts";
import { encodeMessages } from "../../src/wire/chat/encode-messages.ts";
import { generic } from "../../src/wire/dialects/generic.ts";
import { createWorkbench, messagesOf } from "./support.ts";

const step = (number: number): Reply => ({
  reasoning: `step ${number} needs a look`,
  text: `Step ${number}.`,
  calls: [
    { name: "shell", arguments: { command: `echo ${number}` } },
    { name: "update_plan", arguments: { plan: [{ step: "count", status: "in_progress" }] } },
  ],
});

test("five steps of a turn: each request is a byte prefix of the next, and so is a resumed session", async () => {
  const bench = await createWorkbench([1, 2, 3, 4].map(step).concat({ text: "Counted." }));
  const run = await bench.leat(["exec", "--yolo", "count to four"]);
  expect(run.code).toBe(0);
  expect(bench.server.requests).toHaveLength(5);
  const open = messagesOf(bench.server).map((messages) => JSON.stringify(messages).slice(0, -1));
  for (const [index, text] of open.entries()) {
    const following = open[index + 1];
    if (following !== undefined) {
      expect(following.startsWith(text)).toBe(true);
    }
  }
  const tools = bench.server.requests.map((request) =>
    JSON.stringify((request.json as { tools: unknown }).tools),
  );
  expect(new Set(tools).size).toBe(1);

  // What a resumed session would send is built from the file alone.
  const items = bench.sessionLines().filter((line) => line.type === "response_item");
  const first = messagesOf(bench.server)[0]?.[0]?.["content"];
  const messages = encodeMessages(
    { model: "m", instructions: String(first), items: items.map((line) => line.payload) as never, tools: [] },
    generic,
  );
  expect(JSON.stringify(messages).startsWith(open.at(-1) ?? "-")).toBe(true);
});

test.each(["openai/gpt-oss-20b", "qwen3-coder"])("the first request for hi is small: %s", async (model) => {
  const bench = await createWorkbench([{ text: "Hello." }]);
  await bench.leat(["exec", "-m", model, "hi"]);
  const [request] = bench.server.requests;
  expect(Buffer.byteLength(request?.body ?? "")).toBeLessThanOrEqual(6000);
  const { messages, tools } = (request?.json ?? {}) as { messages: { content: string }[]; tools: unknown };
  const fixed = Buffer.byteLength(messages[0]?.content ?? "") + Buffer.byteLength(JSON.stringify(tools));
  expect(fixed).toBeLessThanOrEqual(5500);
});
