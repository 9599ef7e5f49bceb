import { expect, onTestFinished, test } from "vitest";
import { createHttpClient, createTraffic } from "../../src/net/index.ts";
import { findFreePort } from "../support/loopback.ts";
import { failure, readAll, request, useNet } from "./support.ts";

const net = useNet();

test("what goes to each host is counted at the sockets: kept alive, broken off, refused, and not allowed", async () => {
  const traffic = createTraffic();
  const client = createHttpClient(new Set(), { traffic });
  onTestFinished(() => client.close());
  const kept = await net.start((response) => response.end("x".repeat(5000)));
  const broken = await net.start((response) => response.destroy());
  const port = await findFreePort();
  expect(traffic.list()).toEqual([]);

  for (const body of ["{}", '{"a":1}']) {
    await readAll(await client.post(request(kept.url, { body })));
  }
  expect(await failure(client.post(request(broken.url)))).toMatchObject({ kind: "disconnected" });
  expect(await failure(client.post(request(`http://localhost:${port}/v1`)))).toMatchObject({
    kind: "connection_refused",
  });
  expect(await failure(client.post(request("http://example.invalid/v1")))).toMatchObject({
    kind: "host_not_allowed",
  });

  const [first, second] = [kept, broken].map(({ sockets }) => ({
    bytesUp: sockets[0]?.bytesRead,
    bytesDown: sockets[0]?.bytesWritten,
  }));
  expect(kept.sockets.length).toBe(1);
  expect(first?.bytesDown).toBeGreaterThan(10_000);
  expect(traffic.list()).toEqual([
    { host: new URL(kept.url).host, requests: 2, ...first },
    { host: new URL(broken.url).host, requests: 1, ...second },
    { host: `localhost:${port}`, requests: 1, bytesUp: 0, bytesDown: 0 },
  ]);
});
