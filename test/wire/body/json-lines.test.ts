import { expect, test } from "vitest";
import { createBodyReader } from "../../../src/wire/body/body-reader.ts";
import { createChatDecoder } from "../../../src/wire/chat/decode.ts";
import type { ModelEvent } from "../../../src/wire/index.ts";

const line = (content: string) => JSON.stringify({ choices: [{ delta: { content } }] });

function start() {
  const decoder = createChatDecoder({ offeredTools: [], newCallId: () => "made", thinkingStart: "tagged" });
  const events: ModelEvent[] = [];
  const reader = createBodyReader(decoder, events);
  return { decoder, events, reader, push: (text: string) => reader.push(Buffer.from(text)) };
}

const texts = (events: readonly ModelEvent[]) =>
  events.map((event) => ("text" in event ? event.text : event.type)).join("|");

test("chunks a line, without SSE, are given out as they come", () => {
  const { decoder, events, reader, push } = start();
  push(`${line("Aa")}`);
  expect(events).toEqual([]);
  push("\r\n");
  expect(texts(events)).toBe("Aa");
  push(`\n${line("Bb")}\n${line("Cc").slice(0, 10)}`);
  expect(texts(events)).toBe("AaBb");
  push(line("Cc").slice(10));
  reader.end();
  expect(texts(events)).toBe("AaBbCc");
  expect(decoder.end(events).completion.finish).toBe("incomplete");
});

test.each([
  [
    "one value over many lines",
    JSON.stringify({ choices: [{ message: { content: "a" }, finish_reason: "stop" }] }, null, 1),
  ],
  [
    "one value and a line break",
    `${JSON.stringify({ choices: [{ message: { content: "a" }, finish_reason: "stop" }] })}\n`,
  ],
])("%s", (_, body) => {
  const { decoder, events, reader, push } = start();
  for (const character of body) {
    push(character);
  }
  reader.end();
  expect(decoder.end(events)).toMatchObject({ completion: { finish: "stop", unreadableEvents: 0 } });
  expect(texts(events)).toBe("a");
});

test("a body of lines that are no chunks is one answer, and an error", () => {
  const { decoder, events, reader, push } = start();
  push('{"message":\n"no"}\n');
  reader.end();
  expect(decoder.end(events).error).toMatchObject({ kind: "server", message: "no" });
});
