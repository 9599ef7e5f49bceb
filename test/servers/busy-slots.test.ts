import { expect, onTestFinished, test } from "vitest";
import { createHttpClient } from "../../src/net/index.ts";
import { countBusySlots } from "../../src/servers/index.ts";
import { startFakeServer } from "../support/fake-server.ts";
import { findFreePort } from "../support/loopback.ts";

async function count(url: string): Promise<number | undefined> {
  const http = createHttpClient(new Set());
  onTestFinished(() => http.close());
  const signal = new AbortController().signal;
  return await countBusySlots({ baseUrl: url, queryParams: {}, headers: {} }, { http, signal });
}

test.each<[string, unknown, number | undefined]>([
  ["none at work", [{ is_processing: false }, { is_processing: false }], 0],
  ["one at work", [{ is_processing: true }, { is_processing: false }], 1],
  ["older builds told a state", [{ state: 1 }], undefined],
  ["no slots", [], undefined],
  ["no list", { error: "x" }, undefined],
])("busy slots: %s", async (_name, slots, expected) => {
  const server = await startFakeServer({
    routes: { "GET /slots": slots },
    fallback: { status: 404, body: {} },
  });
  expect(await count(server.url)).toBe(expected);
});

test("busy slots: shut, or nobody there", async () => {
  const shut = await startFakeServer({
    routes: {},
    fallback: { status: 501, body: [{ is_processing: true }] },
  });
  expect(await count(shut.url)).toBeUndefined();
  expect(await count(`http://127.0.0.1:${await findFreePort()}/v1`)).toBeUndefined();
});
