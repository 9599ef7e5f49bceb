import { expect, test } from "vitest";
import { createProse } from "../../../src/wire/body/prose.ts";

test.each([
  [
    "a sentence",
    "upstream connect error or disconnect/reset\n",
    "upstream connect error or disconnect/reset",
  ],
  ["several lines", "Oops.\r\nSomething failed", "Oops.\r\nSomething failed"],
  ["a word of a field, not as a field", "data is missing", "data is missing"],
  ["more than is shown", "word ".repeat(1000), `${"word ".repeat(99)}word`],
  ["nothing", "", undefined],
  ["blanks", " \n\n", undefined],
  ["a stream", 'data: {"a":1}\n\n', undefined],
  ["a stream with a broken beginning", "\u0000oops\ndata: {}\n\n", undefined],
  ["comments alone", ": OPENROUTER PROCESSING\n\n", undefined],
  ["an event without data", "event: ping\n\n", undefined],
  ["an error field", "error: {}\n\n", undefined],
  ["the first letters of a stream", "da", undefined],
  ["a field without its colon", "event", undefined],
])("%s", (_, text, said) => {
  const bytes = Buffer.from(text);
  for (const pieces of [[bytes], Array.from(bytes, (byte) => Buffer.from([byte]))]) {
    const prose = createProse();
    for (const piece of pieces) {
      prose.push(piece);
    }
    expect(prose.end()).toBe(said);
  }
});
