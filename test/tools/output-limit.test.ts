import { expect, test } from "vitest";
import { createToolSet } from "../../src/tools/index.ts";
import { outputLimitFor } from "../../src/tools/output-limit.ts";
import { makeContext, makeFolder } from "./support.ts";

const TABLE: readonly {
  window: number | undefined;
  asked?: number;
  bytes: number;
  lines: number;
}[] = [
  { window: undefined, bytes: 10_240, lines: 256 },
  { window: 4_096, bytes: 2_560, lines: 64 },
  { window: 8_192, bytes: 2_730, lines: 68 },
  { window: 32_768, bytes: 10_922, lines: 273 },
  { window: 131_072, bytes: 16_384, lines: 409 },
  // The user's own limit, in tokens: within reason.
  { window: undefined, asked: 1_000, bytes: 4_000, lines: 100 },
  { window: undefined, asked: 0, bytes: 1_024, lines: 25 },
  { window: undefined, asked: 10_000_000, bytes: 262_144, lines: 6_553 },
  { window: 4_096, asked: 10_000, bytes: 8_192, lines: 204 },
  { window: 131_072, asked: 10_000, bytes: 40_000, lines: 1_000 },
];

test.each(TABLE)("window $window, asked for $asked: $bytes bytes", ({ window, asked, bytes, lines }) => {
  expect(outputLimitFor(window, asked)).toEqual({ bytes, lines });
});

/** What each tool makes of more than there is room for; every one says how to go on. */
const CALLS: readonly [string, Record<string, unknown>, RegExp][] = [
  ["shell", { command: "cat big.txt" }, /\n\[\.\.\. omitted \d+ of 4000 lines \(\d+ bytes\) \.\.\.\]\n/],
  ["read_file", { path: "big.txt", limit: 4_000 }, /\n\[\d+ more lines; continue with offset=\d+\]$/],
  ["read_file", { path: "many" }, /\n\[\d+ more entries; continue with offset=\d+\]$/],
  [
    "search",
    { pattern: "word", path: "big.txt" },
    /\n\[more than \d+ more matches; narrow the pattern, path or glob\]$/,
  ],
  ["search", { path: "many" }, /\n\[\d+ more files; narrow the pattern, path or glob\]$/],
];

test("all tools keep to it, whatever the window", async () => {
  const many = Array.from({ length: 1_500 }, (_, index) => [
    `many/a-file-with-a-rather-long-name-${index}.ts`,
    "",
  ]);
  const cwd = makeFolder({
    "big.txt": "a line with a word in it\n".repeat(4_000),
    ...Object.fromEntries(many),
  });
  for (const window of [undefined, 4_096, 8_192, 32_768, 131_072]) {
    const tools = createToolSet({ model: "m", ...(window === undefined ? {} : { contextWindow: window }) });
    const { bytes } = outputLimitFor(window, undefined);
    for (const [name, args, note] of CALLS) {
      const prepared = await tools.prepare({ name, arguments: JSON.stringify(args) }, makeContext(cwd));
      const output = prepared.kind === "ready" ? (await prepared.run()).output : prepared.output;
      expect(output).toMatch(note);
      const size = Buffer.byteLength(output);
      expect([window, name, size <= bytes + 40, size > bytes / 2]).toEqual([window, name, true, true]);
    }
  }
});
