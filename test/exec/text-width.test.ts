import { expect, test } from "vitest";
import { cutToWidth, loadStringWidth, textWidth } from "../../src/exec/text-width.ts";

// One test, because the library is loaded once and the estimate is what counts before.
test("widths, before and after the library is there", async () => {
  expect(["abc · …", "你好", "é"].map(textWidth)).toEqual([7, 4, 2]);
  expect(cutToWidth("你好世界", 6, "…")).toBe("你好…");
  await loadStringWidth();
  expect(["abc · …", "你好", "é", "e\u0301", "👨‍👩‍👧", "🇩🇪"].map(textWidth)).toEqual([7, 4, 1, 1, 2, 2]);
});

test.each([
  ["abcdef", 6, "…", "abcdef"],
  ["abcdef", 5, "…", "abcd…"],
  ["abcdef", 5, "...", "ab..."],
  ["abc  def", 6, "…", "abc…"],
  ["abcdef", 2, "...", ".."],
  ["abcdef", 0, "…", ""],
  ["你好世界", 8, "…", "你好世界"],
  ["你好世界", 7, "…", "你好世…"],
  ["你好世界", 6, "…", "你好…"],
  ["ae\u0301e\u0301e\u0301", 3, "…", "ae\u0301…"],
  ["👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 5, "…", "👨‍👩‍👧👨‍👩‍👧…"],
])("%s in %i columns", async (text, columns, ellipsis, expected) => {
  await loadStringWidth();
  expect(cutToWidth(text, columns, ellipsis)).toBe(expected);
});
