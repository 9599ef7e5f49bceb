import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { constants, gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { closed } from "../support/loopback.ts";
import { failure, readAll, readUntilFailure, request, useNet } from "./support.ts";

/** Who aborts closes the socket, which is how a local server learns that it may stop. */

const net = useNet();

describe("abort", () => {
  const stopped = new Error("stopped by the user");

  test("before it is sent: no connection", async () => {
    const server = await net.start((response) => response.end("ok"));
    const sent = net.client.post(request(server.url, { signal: AbortSignal.abort(stopped) }));
    expect(await failure(sent)).toBe(stopped);
    expect(server.sockets.length).toBe(0);
  });

  test("while it is being sent: no answer is waited for", async () => {
    const controller = new AbortController();
    const server = await net.start(() => {});
    const sent = failure(net.client.post(request(server.url, { signal: controller.signal })));
    controller.abort(stopped);
    expect(await sent).toBe(stopped);
  });

  test("before the headers: the server's socket closes", async () => {
    const controller = new AbortController();
    const server = await net.start(() => controller.abort(stopped));
    expect(await failure(net.client.post(request(server.url, { signal: controller.signal })))).toBe(stopped);
    for (const socket of server.sockets) {
      await closed(socket);
    }
    expect(server.bodies.length).toBe(1);
  });

  test("in mid-body: what came is kept, the server's socket closes", async () => {
    const controller = new AbortController();
    const server = await net.start((response) => {
      response.write("one");
    });
    const response = await net.client.post(request(server.url, { signal: controller.signal }));
    expect(await readUntilFailure(response, () => controller.abort(stopped))).toEqual({
      text: "one",
      error: stopped,
    });
    for (const socket of server.sockets) {
      await closed(socket);
    }
  });

  /** The client's own sockets, as they are made. */
  function watchSockets(): Socket[] {
    const sockets: Socket[] = [];
    const see = (message: unknown) => sockets.push((message as { socket: Socket }).socket);
    subscribe("net.client.socket", see);
    onTestFinished(() => {
      unsubscribe("net.client.socket", see);
    });
    return sockets;
  }

  test.each([
    ["before the headers", undefined, undefined],
    ["after the headers, in silence", "", undefined],
    ["in mid-body, in silence", "one", undefined],
    ["in mid-body of a compressed answer", gzipSync("one", { finishFlush: constants.Z_SYNC_FLUSH }), "gzip"],
  ])("%s closes the socket before abort() itself returns", async (_, written, encoding) => {
    const sockets = watchSockets();
    const controller = new AbortController();
    let onSent = () => {};
    const sent = new Promise<void>((resolve) => {
      onSent = resolve;
    });
    const server = await net.start((response) => {
      if (written !== undefined) {
        response.writeHead(200, encoding === undefined ? {} : { "content-encoding": encoding });
        response.flushHeaders();
        response.write(written);
      }
      onSent();
    });
    const posted = net.client.post(request(server.url, { signal: controller.signal }));
    let seen = "";
    let hasSeen = () => {};
    const firstPiece = new Promise<void>((resolve) => {
      hasSeen = resolve;
    });
    const read = posted.then((response) =>
      readUntilFailure(response, (piece) => {
        seen += piece;
        hasSeen();
      }),
    );
    const ended = read.catch((error: unknown) => ({ text: "", error }));
    await sent;
    if (written !== undefined) {
      await (written.length === 0 ? posted : firstPiece);
    }
    expect(sockets.map((socket) => socket.destroyed)).toEqual([false]);
    controller.abort(stopped);
    expect(sockets.map((socket) => socket.destroyed)).toEqual([true]);
    expect(await ended).toEqual({ text: seen, error: stopped });
    await Promise.all(server.sockets.map(closed));
  });

  test("while the connection is being made: nothing is sent over it", async () => {
    const sockets = watchSockets();
    const controller = new AbortController();
    const server = await net.start((response) => response.end("ok"));
    const sent = failure(net.client.post(request(server.url, { signal: controller.signal })));
    while (sockets.length === 0) {
      await Promise.resolve();
    }
    expect(sockets[0]?.connecting).toBe(true);
    controller.abort(stopped);
    expect(await sent).toBe(stopped);
    expect(server.bodies).toEqual([]);
  });

  test("leaves no listener on the signal, however the request ends", async () => {
    const server = await net.start((response, _, number) => {
      if (number === 1) {
        response.end("ok");
      } else if (number === 2) {
        response.socket?.destroy();
      } else {
        response.write("half");
      }
    });
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    await readAll(await net.client.post(request(server.url, { signal })));
    net.client.close();
    await failure(net.client.post(request(server.url, { signal })));
    const third = await net.client.post(request(server.url, { signal }));
    await third.read(() => "enough");
    const listeners = (spy: typeof added | typeof removed) => new Set(spy.mock.calls.map((call) => call[1]));
    expect(listeners(added).size).toBe(3);
    expect(listeners(removed)).toEqual(listeners(added));
  });
});
