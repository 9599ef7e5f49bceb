import { expect, test } from "vitest";
import { formatLine } from "../../../src/cli/log/line.ts";
import { TransportFailure } from "../../../src/net/index.ts";

const asItIs = (text: string) => text;
const first = { event: "e" };

const refused = Object.assign(new Error("connect ECONNREFUSED ::1:1"), { code: "ECONNREFUSED" });
const failure = new TransportFailure(
  { kind: "connection_refused", message: "nobody there" },
  { cause: new AggregateError([refused], "all failed") },
);

function nested(depth: number): object {
  return depth === 0 ? { end: true } : { in: nested(depth - 1) };
}

test.each<{ what: string; fields: Record<string, unknown>; json: object }>([
  { what: "plain values", fields: { a: 1.2345, b: true, c: null }, json: { a: 1.2, b: true, c: null } },
  { what: "what is not there", fields: { a: undefined }, json: {} },
  {
    what: "a long text",
    fields: { a: "x".repeat(3000) },
    json: { a: `${"x".repeat(2000)}… (3000 characters)` },
  },
  { what: "a long list", fields: { a: Array.from({ length: 90 }, () => 1) }, json: { a: Array(50).fill(1) } },
  {
    what: "a deep value",
    fields: { a: nested(9) },
    json: { a: { in: { in: { in: { in: { in: { in: { in: "…" } } } } } } } },
  },
  {
    what: "an error and what is behind it",
    fields: { error: failure },
    json: {
      error: {
        name: "Error",
        message: "nobody there",
        cause: {
          name: "AggregateError",
          message: "all failed",
          errors: [{ name: "Error", message: "connect ECONNREFUSED ::1:1", code: "ECONNREFUSED" }],
        },
      },
    },
  },
  {
    what: "more than a line may hold",
    fields: Object.fromEntries(Array.from({ length: 20 }, (_, number) => [`f${number}`, "y".repeat(1000)])),
    json: { left_out_bytes: 20_184 },
  },
])("$what", ({ fields, json }) => {
  const line = formatLine(first, fields, asItIs);
  expect(line.endsWith("}\n")).toBe(true);
  expect(JSON.parse(line)).toEqual({ event: "e", ...json });
});

test("nothing in a line steers a terminal or ends it early, and nothing is lost by that", () => {
  const text = "a\x1b[31m\r\n\x00\x7f\x9b\u202e\u2028\u061c\ud800b 你";
  const line = formatLine(first, { text }, asItIs);
  expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
  expect(JSON.parse(line)).toEqual({ event: "e", text });
});

test("secrets are hidden before a text is cut, in every depth", () => {
  const secret = "s3cret-s3cret";
  const hide = (text: string) => text.replaceAll(secret, "…");
  const text = "x".repeat(1995) + secret;
  const line = formatLine({ event: secret }, { a: [{ b: text }] }, hide);
  expect(JSON.parse(line)).toEqual({ event: "…", a: [{ b: `${"x".repeat(1995)}…` }] });
});
