import dns from "node:dns";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { findFreePort, listen } from "../support/loopback.ts";
import { failure, readAll, request, useNet } from "./support.ts";

/** Connections that are not made, and those that need nobody's help. */

const noIpv6 = !Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === "::1"),
);

const net = useNet();

describe("no connection", () => {
  test("refused", async () => {
    const port = await findFreePort();
    const url = `http://127.0.0.1:${port}/v1`;
    const message = `ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:${port}`;
    expect(await failure(net.client.post(request(url)))).toEqual({
      kind: "connection_refused",
      message,
      url,
    });
  });

  test("a host that is not configured is not even looked up", async () => {
    const server = await net.start((response) => response.end("ok"));
    const lookup = vi.spyOn(dns, "lookup");
    // On Linux and macOS this address reaches the very server, so only the list keeps us from it.
    const url = server.url.replace("127.0.0.1", "0.0.0.0");
    const message = "0.0.0.0 is not a configured host";
    expect(await failure(net.client.post(request(url)))).toEqual({ kind: "host_not_allowed", message, url });
    expect({ connections: server.sockets.length, lookups: lookup.mock.calls.length }).toEqual({
      connections: 0,
      lookups: 0,
    });
  });

  test("a configured name with a dot at its end is the same host", async () => {
    vi.spyOn(dns, "lookup").mockImplementation(((
      _name: string,
      _options: unknown,
      done: (e: Error) => void,
    ) => done(Object.assign(new Error("asked"), { code: "ENOTFOUND" }))) as never);
    const url = "http://nonexistent.invalid./v1";
    expect(await failure(net.client.post(request(url)))).toMatchObject({ kind: "host_not_found", url });
  });

  test("an unknown name", async () => {
    // The answer of the resolver is played, since a machine without a network may wait for it for ever.
    vi.spyOn(dns, "lookup").mockImplementation(((
      _name: string,
      _options: unknown,
      done: (e: Error) => void,
    ) =>
      done(
        Object.assign(new Error("getaddrinfo ENOTFOUND nonexistent.invalid"), { code: "ENOTFOUND" }),
      )) as never);
    const url = "http://nonexistent.invalid/v1";
    const message = "ENOTFOUND: getaddrinfo ENOTFOUND nonexistent.invalid";
    expect(await failure(net.client.post(request(url)))).toEqual({ kind: "host_not_found", message, url });
  });

  test("a name or address that never answers is given up after 2.2 s", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const looksUp = new Promise<void>((resolve) => {
      vi.spyOn(dns, "lookup").mockImplementation((() => resolve()) as never);
    });
    const url = "http://nonexistent.invalid/v1";
    const failed = failure(net.client.post(request(url)));
    await looksUp;
    vi.advanceTimersByTime(2200);
    expect(await failed).toEqual({ kind: "unreachable", message: "no connection within 2.2 s", url });
  });

  test("a server that speaks no TLS", async () => {
    const server = await net.start((response) => response.end("ok"));
    const url = server.url.replace("http:", "https:");
    expect(await failure(net.client.post(request(url)))).toMatchObject({ kind: "tls", url });
  });

  test("a server that says nothing to a TLS handshake is given up, too", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      sockets.push(socket);
    });
    const url = `https://127.0.0.1:${await listen(server)}/v1`;
    let isOver = false;
    const failed = failure(net.client.post(request(url))).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await nextTurn();
      vi.advanceTimersByTime(sockets.length === 0 ? 0 : 2200);
    }
    expect(await failed).toEqual({ kind: "unreachable", message: "no connection within 2.2 s", url });
    expect(sockets.length).toBe(1);
    server.close();
  });

  test("a certificate that nobody vouches for", async () => {
    const read = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url));
    const key = read("self-signed.key.pem");
    const server = createTlsServer({ key, cert: read("self-signed.cert.pem") }, (_, response) =>
      response.end("ok"),
    );
    onTestFinished(() => {
      server.close();
    });
    const url = `https://127.0.0.1:${await listen(server)}/v1`;
    const message = "DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate";
    expect(await failure(net.client.post(request(url)))).toEqual({ kind: "tls", message, url });
  });

  test("a header that can't be sent is named, without its value", async () => {
    const server = await net.start((response) => response.end("ok"));
    const headers = { authorization: "Bearer sk-secret\nx" };
    expect(await failure(net.client.post(request(server.url, { headers })))).toEqual({
      kind: "bad_request",
      message: 'Invalid character in header content ["authorization"]',
      url: server.url,
    });
  });
});

describe("names of this machine", () => {
  test.each(["localhost", "localhost.", "LOCALHOST", "box.localhost"])(
    "%s is reached without a look-up",
    async (name) => {
      const server = await net.start((response) => response.end("ok"));
      const lookup = vi.spyOn(dns, "lookup");
      const response = await net.client.post(request(server.url.replace("127.0.0.1", name)));
      expect({ text: await readAll(response), lookups: lookup.mock.calls.length }).toEqual({
        text: "ok",
        lookups: 0,
      });
    },
  );

  test.skipIf(noIpv6)(
    `a server on ::1 alone is found (${noIpv6 ? "no IPv6 here" : "after 127.0.0.1"})`,
    async () => {
      const server = createServer((_, response) => response.end("ok"));
      onTestFinished(() => {
        server.close();
      });
      await new Promise<void>((resolve) => server.listen(0, "::1", resolve));
      const { port } = server.address() as AddressInfo;
      expect(await readAll(await net.client.post(request(`http://localhost:${port}/v1`)))).toBe("ok");
    },
  );
});
