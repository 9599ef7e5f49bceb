import { expect, test } from "vitest";
import { createPrefillEstimate } from "../../../src/cli/companions/prefill-estimate.ts";
import type { EndpointMemory } from "../../../src/protocol/index.ts";
import type { Endpoint, ModelEnd, ModelRequest } from "../../../src/wire/index.ts";

const endpoint = { baseUrl: "http://localhost:1234/v1", queryParams: {} } as unknown as Endpoint;

/** A token an item. */
const request = (items: number) => ({ items: Array(items).fill({}) }) as unknown as ModelRequest;
const answer = (items: number) =>
  ({ type: "completed", items: Array(items).fill({}) }) as unknown as ModelEnd;

function estimate(prefillTokensPerSecond?: number) {
  const model = prefillTokensPerSecond === undefined ? {} : { prefillTokensPerSecond };
  const memory: EndpointMemory = { get: () => ({ server: {}, model }), put: () => {} };
  return createPrefillEstimate({ endpoint, model: "m", memory, countTokens: ({ items }) => items.length });
}

test("the first prompt of a session is new as a whole, later ones what came to the last answer", () => {
  const made = estimate(500);
  const first = made.begin(request(2000));
  expect(first(1000)).toEqual({ processed: 500, total: 2000, cached: 0, elapsedMs: 1000, isEstimate: true });
  expect(first(9000)).toMatchObject({ processed: 2000 });
  made.end(request(2000), answer(100));
  expect(made.begin(request(2600))(1000)).toMatchObject({ processed: 2600, total: 2600, cached: 2100 });
  expect(made.begin(request(2600))(500)).toMatchObject({ processed: 2350 });
});

test.each([
  ["no speed is known", estimate(), 2000],
  ["there is too little to read", estimate(500), 199],
])("nothing is said where %s", (_, made, tokens) => {
  expect(made.begin(request(tokens))(1000)).toBeUndefined();
});

test("a prompt that has become shorter, as after a summary, is no negative wait", () => {
  const made = estimate(500);
  made.end(request(5000), answer(1));
  expect(made.begin(request(2000))(100)).toBeUndefined();
});

test("an answer that failed has left nothing that can be counted on", () => {
  const made = estimate(500);
  made.end(request(5000), { type: "failed" } as ModelEnd);
  expect(made.begin(request(5000))(100)).toMatchObject({ cached: 0 });
});
