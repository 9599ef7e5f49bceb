import { expect, test } from "vitest";
import { bars, statsAsText } from "../../../src/cli/stats/stats-text.ts";
import { summarise } from "../../../src/cli/stats/summarise.ts";
import { signsFor } from "../../../src/figures/index.ts";
import { response } from "./records.ts";

const DAYS = [1, 2, 3, 4, 5].map((day) =>
  response(day, { first_token_ms: day * 500, decode_tokens_per_second: 50 - day * 5, decode_by: "clock" }),
);

const show = (columns: number, utf8: boolean) =>
  statsAsText(summarise(DAYS, {}), { columns, utf8, signs: signsFor(utf8) });

test("80 columns", () => {
  expect(show(80, true)).toBe(`qwen3-30b · lmstudio · localhost:1234
  5 answers in 5 sessions · 10,000 in (75 % cached) · 500 out
  first token  median 1.5 s · 90 % within 2.5 s
  prefill      median 400 tok/s · 90 % up to 400 tok/s
  decode       median ≈35 tok/s · 90 % up to ≈45 tok/s
  first token  ▂▄▅▇█ · 500 ms to 2.5 s
  decode       ██▇▆▅ · 25 tok/s to 45 tok/s
               2026-11-01 to 2026-11-05, by day
`);
});

test("40 columns, without UTF-8: nothing is wider", () => {
  const shown = show(40, false);
  expect(shown).toBe(`qwen3-30b | lmstudio | localhost:1234
  5 answers in 5 sessions
  10,000 in (75 % cached) | 500 out
  first token  median 1.5 s
               90 % within 2.5 s
  prefill      median 400 tok/s
               90 % up to 400 tok/s
  decode       median ~35 tok/s
               90 % up to ~45 tok/s
  first token  .=+%# | 500 ms to 2.5 s
  decode       ##%*+
               25 tok/s to 45 tok/s
               2026-11-01 to 2026-11-05, by day
`);
});

test.each([
  [[0, 1, 2, 4, 8], "▁▂▃▅█"],
  [[5, undefined, 5], "█ █"],
  [[0, 0], "▁▁"],
])("bars of %j", (values, shown) => {
  expect(bars(values, { utf8: true })).toBe(shown);
});

test("a model's name can't move the cursor", () => {
  const shown = statsAsText(summarise([response(1, { model: "a\u001b[2Jb" })], {}), {
    columns: 80,
    utf8: true,
    signs: signsFor(true),
  });
  expect(shown).not.toContain("\u001b");
});
