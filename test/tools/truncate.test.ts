import { describe, expect, test } from "vitest";
import { type OriginalSize, truncateMiddle as truncate } from "../../src/tools/truncate.ts";

const truncateMiddle = (text: string, original?: OriginalSize) =>
  truncate(text, { bytes: 10_240, lines: 256 }, original);

const numbered = (count: number, width = 1) =>
  Array.from({ length: count }, (_, index) => `${String(index + 1).padStart(width, "0")}\n`).join("");

describe("truncateMiddle", () => {
  test.each([
    ["nothing", ""],
    ["one line", "a"],
    ["256 lines", numbered(256)],
    ["256 lines, the last without newline", numbered(256).trimEnd()],
    ["10240 bytes in one line", "x".repeat(10_240)],
    ["10240 bytes in wide characters", "é".repeat(5_120)],
  ])("%s stays", (_name, text) => {
    expect(truncateMiddle(text)).toBe(text);
  });

  test("257 lines", () => {
    const lines = numbered(257).split("\n");
    expect(truncateMiddle(numbered(257))).toBe(
      [...lines.slice(0, 128), "[... omitted 1 of 257 lines (4 bytes) ...]", ...lines.slice(129)].join("\n"),
    );
  });

  test("long lines: whole lines of head and tail, as many as fit", () => {
    const text = numbered(100, 999);
    const lines = text.split("\n");
    expect(truncateMiddle(text)).toBe(
      [...lines.slice(0, 5), "[... omitted 90 of 100 lines (90000 bytes) ...]", ...lines.slice(95)].join(
        "\n",
      ),
    );
  });

  test("one huge line", () => {
    const text = `${"a".repeat(20_000)}${"b".repeat(20_000)}`;
    expect(truncateMiddle(text)).toBe(
      `${"a".repeat(5_070)}\n[... omitted 1 of 1 lines (29860 bytes) ...]\n${"b".repeat(5_070)}`,
    );
  });

  test("one huge line of which the sandbox kept the two ends", () => {
    const kept = `${"a".repeat(20_000)}\n[... 60000 characters left out ...]\n${"b".repeat(20_000)}`;
    expect(truncateMiddle(kept, { bytes: 100_000, lines: 1 })).toBe(
      `${"a".repeat(5_070)}\n[... omitted 1 of 1 lines (89860 bytes) ...]\n${"b".repeat(5_070)}`,
    );
  });

  test.each(["é", "你", "🙂"])("a huge line of %s is cut between characters", (character) => {
    const cut = truncateMiddle(`x${character.repeat(20_000)}`);
    expect(cut).not.toContain("\ufffd");
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(10_240);
    expect(cut).toMatch(
      new RegExp(`^x${character}+\n\\[\\.\\.\\. omitted .+ \\.\\.\\.\\]\n${character}+$`, "u"),
    );
  });

  test("a short line before a huge one", () => {
    const cut = truncateMiddle(`start\n${"x".repeat(50_000)}\nend\n`);
    expect(cut).toBe(
      `start\n${"x".repeat(5_064)}\n[... omitted 1 of 3 lines (39871 bytes) ...]\n${"x".repeat(5_065)}\nend\n`,
    );
  });

  test("what the sandbox left out is counted", () => {
    const cut = truncateMiddle(numbered(2_000), { bytes: 1_000_000, lines: 50_000 });
    expect(cut).toContain("\n[... omitted 49744 of 50000 lines (998956 bytes) ...]\n");
  });

  test("never more than the limit", () => {
    for (const width of [1, 30, 79, 200, 5_000, 5_069, 5_070, 5_071, 11_000]) {
      const cut = truncateMiddle(numbered(300, width));
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(10_240);
      expect(cut.split("\n").length).toBeLessThanOrEqual(258);
    }
  });
});
