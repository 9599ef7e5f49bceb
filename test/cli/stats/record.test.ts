import { expect, test } from "vitest";
import { parseRecord, recordOf } from "../../../src/cli/stats/record.ts";

const PLACE = { session: "s", provider: "p", host: "localhost:1", model: "m" };

test("a response leaves figures and names, and nothing that is not known", () => {
  const record = recordOf(
    {
      type: "response-completed",
      usage: { inputTokens: 10, outputTokens: 5 },
      timing: {
        totalMs: 1234.56,
        firstTokenMs: 99.96,
        prefill: { tokens: 9, tokensPerSecond: 123.456, by: "clock" },
      },
      context: { tokens: 15, parts: [{ part: "user", tokens: 3 }] },
    },
    { ...PLACE, at: "2026-11-27T10:00:00.000Z", server: "ollama", request: 2 },
  );
  expect(record).toEqual({
    ...PLACE,
    at: "2026-11-27T10:00:00.000Z",
    server: "ollama",
    request: 2,
    input_tokens: 10,
    output_tokens: 5,
    total_ms: 1234.6,
    first_token_ms: 100,
    prefill_tokens: 9,
    prefill_tokens_per_second: 123.5,
    prefill_by: "clock",
    context_tokens: 15,
  });
  expect(parseRecord(JSON.stringify(record))).toEqual(record);
});

test.each([
  ["cut off", '{"at":"2026-11-27T10:00:00.000Z","mod', undefined],
  ["no object", "3", undefined],
  ["null", "null", undefined],
  ["no time", '{"at":"yesterday","model":"m"}', undefined],
  ["no model", '{"at":"2026-11-27T10:00:00.000Z"}', undefined],
  [
    "fields of the wrong type, and unknown ones",
    '{"at":"2026-11-27T10:00:00.000Z","model":"m","input_tokens":-1,"first_token_ms":"5","decode_by":"me","new":1}',
    { at: "2026-11-27T10:00:00.000Z", model: "m" },
  ],
])("a line: %s", (_, line, expected) => {
  expect(parseRecord(line)).toEqual(expected);
});
