import { describe, expect, test } from "vitest";
import { createSseParser, type SseFrame } from "../../../src/wire/body/sse.ts";
import { randomCuts, seededRandom } from "../../support/seeded-random.ts";

/** Frames as `data`, or `event: data` where there is an event. */
const cases: readonly {
  readonly name: string;
  readonly input: string | Buffer;
  readonly frames: string[];
}[] = [
  { name: "LF", input: 'data: {"a":1}\n\ndata: {"b":2}\n\n', frames: ['{"a":1}', '{"b":2}'] },
  { name: "CR", input: 'data: {"a":1}\r\rdata: {"b":2}\r\r', frames: ['{"a":1}', '{"b":2}'] },
  { name: "CRLF", input: 'data: {"a":1}\r\n\r\ndata: {"b":2}\r\n\r\n', frames: ['{"a":1}', '{"b":2}'] },
  {
    name: "line ends mixed",
    input: "data: a\r\n\ndata: b\r\r\ndata: c\n\rdata: d\n\r\n",
    frames: ["a", "b", "c", "d"],
  },
  { name: "CRLF is one line end, not two", input: "data: a\r\ndata: b\r\n\r\n", frames: ["a\nb"] },
  { name: "a byte-order mark", input: "\uFEFFdata: a\n\n", frames: ["a"] },
  { name: "comments", input: ": hello\n\n:\ndata: a\n: PROCESSING\n\n", frames: ["a"] },
  { name: "no space after the colon", input: "data:a\n\nevent:e\ndata:b\n\n", frames: ["a", "e: b"] },
  { name: "one space is taken off, no more", input: "data:  a \n\n", frames: [" a "] },
  { name: "several data lines", input: 'data: {\ndata: "a": 1\ndata: }\n\n', frames: ['{\n"a": 1\n}'] },
  { name: "an event name", input: "event: error\ndata: {}\n\ndata: {}\n\n", frames: ["error: {}", "{}"] },
  { name: "an event name in capitals", input: "event: Error\ndata: {}\n\n", frames: ["error: {}"] },
  { name: "an event name after its data", input: "data: {}\nevent: error\n\n", frames: ["error: {}"] },
  { name: "an event name alone", input: "event: ping\n\ndata: a\n\n", frames: ["a"] },
  {
    name: "llama.cpp's error field",
    input: 'data: {}\n\nerror: {"code":500}\n\n',
    frames: ["{}", 'error: {"code":500}'],
  },
  {
    name: "an error field right after data",
    input: "data: {}\nerror: bad\n\n",
    frames: ["{}", "error: bad"],
  },
  {
    name: "JSON without a field's name",
    input: 'data: {"a":1}\n{"error":"x"}\n\nevent: error\n{"b":2}\n{"c":\n\n',
    frames: ['{"a":1}', '{"error":"x"}', 'error: {"b":2}'],
  },
  { name: "id and retry", input: "id: 7\nretry: 3000\ndata: a\n\n", frames: ["a"] },
  {
    name: "one line break between events",
    input: 'data: {"a":1}\ndata: {"b":2}\ndata: [DONE]\n',
    frames: ['{"a":1}', '{"b":2}', "[DONE]"],
  },
  {
    name: "one line break between events, with event lines",
    input: 'event: message\ndata: {"a":1}\nevent: error\ndata: {"b":2}\ndata: {"c":3}\n\n',
    frames: ['message: {"a":1}', 'error: {"b":2}', '{"c":3}'],
  },
  {
    name: "a last event that is not finished",
    input: 'data: {"a":1}\n\ndata: {"b":2}',
    frames: ['{"a":1}', '{"b":2}'],
  },
  { name: "a last line that is cut off", input: 'data: {"a":1}\n\ndata: {"b', frames: ['{"a":1}', '{"b'] },
  { name: "a last line of a field name", input: "data: a\n\nda", frames: ["a"] },
  { name: "empty data", input: "data:\n\ndata: \n\ndata\n\ndata: a\n\n", frames: ["a"] },
  { name: "blank lines in number", input: "\n\n\r\n\rdata: a\n\n\n\n\n", frames: ["a"] },
  { name: "nothing", input: "", frames: [] },
  { name: "characters of two to four bytes", input: "data: é 你 🦙\n\n", frames: ["é 你 🦙"] },
  {
    name: "bytes that are no UTF-8",
    input: Buffer.from([...Buffer.from("data: a"), 0xff, 0x0a, 0x0a]),
    frames: ["a\uFFFD"],
  },
  {
    name: "other line separators of Unicode are text",
    input: "data: a\u2028b\u0085c\n\n",
    frames: ["a\u2028b\u0085c"],
  },
];

describe.each(cases)("$name", ({ input, frames }) => {
  const bytes = Buffer.from(input);
  const random = seededRandom(bytes.length);

  test("whole", () => {
    expect(parse([bytes])).toEqual(frames);
  });

  test("byte by byte", () => {
    expect(parse(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(frames);
  });

  test("at 50 random cuts", () => {
    for (let round = 0; round < 50; round += 1) {
      expect(parse(randomCuts(bytes, random))).toEqual(frames);
    }
  });
});

test("a frame leaves with the read that completes it", () => {
  const parser = createSseParser();
  const push = (text: string) => show(parser.push(Buffer.from(text)));
  expect([push("data: a\n"), push("\nda"), push("ta: b\n\ndata: c\n\n"), show(parser.end())]).toEqual([
    [],
    ["a"],
    ["b", "c"],
    [],
  ]);
});

test("an event of 2 MB in pieces of 64 bytes", () => {
  const text = "x".repeat(2 * 1024 * 1024);
  const frames = parse(pieces(Buffer.from(`data: ${text}\n\n`), 64));
  expect(frames.length === 1 && frames[0] === text).toBe(true);
});

/** Parsed anew for each of its lines, this would take minutes instead of milliseconds. */
test("a value spread over 50,000 data lines", () => {
  const lines = ["[", ...Array.from({ length: 50_000 }, () => '"some text of a line",'), '""]'];
  const frames = parse(pieces(Buffer.from(`${lines.map((line) => `data: ${line}\n`).join("")}\n`), 4096));
  expect(frames).toEqual([lines.join("\n")]);
});

function parse(chunks: readonly Buffer[]): string[] {
  const parser = createSseParser();
  return show([...chunks.flatMap((chunk) => parser.push(chunk)), ...parser.end()]);
}

function show(frames: readonly SseFrame[]): string[] {
  return frames.map(({ event, data }) => (event === "" ? data : `${event}: ${data}`));
}

function pieces(bytes: Buffer, size: number): Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

describe("without end is an error, and its memory is given back", () => {
  test.each([
    ["a line, in large pieces", "data: ", Buffer.alloc(2 ** 20, "x"), 65, "a line of more than 64 MB"],
    ["an event of long lines", "data: {\n", dataLines(2 ** 20), 65, "an event of more than 64 MB"],
    ["an event of short lines", "data: {\n", dataLines(64), 65, "an event of more than 64 MB"],
  ])("%s", (_, head, piece, count, message) => {
    const parser = createSseParser();
    const frames = parser.push(Buffer.from(head));
    for (let round = 0; round < count; round += 1) {
      frames.push(...parser.push(piece));
    }
    expect(frames).toEqual([{ event: "error", data: message }]);
    expect(show(parser.push(Buffer.from("\n\ndata: a\n\n"))).at(-1)).toBe("a");
  });
});

/** Lines of data with so many characters each, 2²⁰ of them in all. */
function dataLines(length: number): Buffer {
  const line = `data:${"x".repeat(length)}\n`;
  return Buffer.from(line.repeat(2 ** 20 / length));
}

test("a line in 2,000,000 pieces of a byte", () => {
  const parser = createSseParser();
  const byte = Buffer.from("x");
  parser.push(Buffer.from("data: "));
  for (let count = 0; count < 2_000_000; count += 1) {
    parser.push(byte);
  }
  expect(parser.push(Buffer.from("\n\n")).map(({ data }) => data.length)).toEqual([2_000_000]);
});
