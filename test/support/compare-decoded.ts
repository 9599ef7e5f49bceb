import { expect } from "vitest";
import type { DecodeResult } from "../../src/cli/debug-result.ts";
import type { VectorExpectation } from "./vectors.ts";

/** Holds what `leat debug decode` printed against what a vector expects. */
export function compareDecoded(result: DecodeResult, vector: { readonly expect: object }): void {
  const expected = vector.expect as VectorExpectation & { warning?: string; refusal?: string };
  // A vector that does not speak of refusals has them in the text.
  const text = expected.refusal === undefined ? result.text + (result.refusal ?? "") : result.text;
  if (expected.text_regex === undefined) {
    expect(trimmed(text, expected.text_match)).toBe(trimmed(expected.text ?? "", expected.text_match));
  } else {
    expect(text).toMatch(new RegExp(expected.text_regex));
  }
  expect(trimmed(result.reasoning, expected.reasoning_match)).toBe(
    trimmed(expected.reasoning ?? "", expected.reasoning_match),
  );
  expect(result.tool_calls).toEqual(
    expected.tool_calls.map((call) => ({ ...call, id: call.id ?? expect.any(String) })),
  );
  const wanted = expected.invalid_tool_calls ?? [];
  expect(result.invalid_tool_calls).toHaveLength(wanted.length);
  expect(result.invalid_tool_calls).toMatchObject(wanted);
  expect(expected.finish_any ?? [expected.finish]).toContain(result.finish);
  if (expected.usage === null) {
    expect(result.usage).toBe(null);
  } else if (expected.usage !== undefined) {
    expect(result.usage).toMatchObject(expected.usage);
  }
  if (expected.error === undefined) {
    expect(result.error).toBe(null);
  } else {
    const { message_contains: words, kind, ...facts } = expected.error;
    expect(result.error).toMatchObject(OWN_KINDS.has(kind) ? facts : { kind, ...facts });
    expect(result.error?.message).toContain(words);
  }
  if (expected.empty_answer === true) {
    expect(result.empty_answer).toBe(true);
  }
  if (expected.progress !== undefined) {
    expect(result.progress).toEqual(expected.progress);
  }
  if (expected.warning !== undefined) {
    expect(result.warning).toBe(expected.warning);
  }
  if (expected.refusal !== undefined) {
    expect(result.refusal).toBe(expected.refusal);
  }
}

/** Kinds that leat knows beyond the schema's list; they are printed as the nearest of it. */
const OWN_KINDS: ReadonlySet<string> = new Set(["not_found", "redirect"]);

function trimmed(text: string, match: "trim" | undefined): string {
  return match === "trim" ? text.trim() : text;
}
