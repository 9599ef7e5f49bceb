import { describe, expect, test } from "vitest";
import { OutputCapture } from "../../src/sandbox/capture.ts";

function captured(chunks: readonly (string | readonly number[])[], partLength?: number) {
  const capture = new OutputCapture(partLength);
  const live = chunks.map((chunk) =>
    capture.push(typeof chunk === "string" ? Buffer.from(chunk) : Uint8Array.from(chunk)),
  );
  live.push(capture.end());
  return { live: live.join(""), ...capture.output };
}

const EURO = [0xe2, 0x82, 0xac] as const;
const CASES: readonly {
  name: string;
  chunks: readonly (string | readonly number[])[];
  partLength?: number;
  expected: { live: string; text: string; totalBytes: number; totalLines: number };
}[] = [
  { name: "nothing", chunks: [], expected: { live: "", text: "", totalBytes: 0, totalLines: 0 } },
  {
    name: "last line without an end",
    chunks: ["a\n", "b"],
    expected: { live: "a\nb", text: "a\nb", totalBytes: 3, totalLines: 2 },
  },
  {
    name: "a character split over three chunks",
    chunks: [[EURO[0]], [EURO[1]], [EURO[2], 0x0a]],
    expected: { live: "€\n", text: "€\n", totalBytes: 4, totalLines: 1 },
  },
  {
    name: "invalid bytes and a cut-off character",
    chunks: [
      [0x61, 0xff, 0x62],
      [EURO[0], EURO[1]],
    ],
    expected: { live: "a\ufffdb\ufffd", text: "a\ufffdb\ufffd", totalBytes: 5, totalLines: 1 },
  },
  {
    name: "a byte order mark is kept",
    chunks: [[0xef, 0xbb, 0xbf, 0x61]],
    expected: { live: "\ufeffa", text: "\ufeffa", totalBytes: 4, totalLines: 1 },
  },
  {
    name: "exactly full: nothing left out",
    chunks: ["abcd", "efgh"],
    partLength: 4,
    expected: { live: "abcdefgh", text: "abcdefgh", totalBytes: 8, totalLines: 1 },
  },
  {
    name: "one too many",
    chunks: ["abcdefghi"],
    partLength: 4,
    expected: {
      live: "abcdefghi",
      text: "abcd\n[... 1 characters left out ...]\nfghi",
      totalBytes: 9,
      totalLines: 1,
    },
  },
  {
    name: "many small chunks",
    chunks: Array.from({ length: 100 }, (_, index) => `${index % 10}\n`),
    partLength: 4,
    expected: {
      live: Array.from({ length: 100 }, (_, index) => `${index % 10}\n`).join(""),
      text: "0\n1\n[... 192 characters left out ...]\n8\n9\n",
      totalBytes: 200,
      totalLines: 100,
    },
  },
  {
    name: "no surrogate pair is cut",
    chunks: ["abc😀-----😀xyz"],
    partLength: 4,
    expected: {
      live: "abc😀-----😀xyz",
      text: "abc\n[... 7 characters left out ...]\n😀xyz",
      totalBytes: 19,
      totalLines: 1,
    },
  },
];

describe("OutputCapture", () => {
  test.each(CASES)("$name", ({ chunks, partLength, expected }) => {
    expect(captured(chunks, partLength)).toEqual(expected);
  });

  test("what is kept stays bounded however much comes", () => {
    const capture = new OutputCapture(1000);
    const chunk = Buffer.from("y\n".repeat(5000));
    for (let count = 0; count < 500; count += 1) {
      capture.push(chunk);
    }
    expect(capture.output.text.length).toBeLessThan(2100);
    expect(capture.output).toMatchObject({ totalBytes: 5_000_000, totalLines: 2_500_000 });
  });
});
