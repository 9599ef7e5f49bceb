import { createServer as createTcpServer } from "node:net";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import type { HttpResponse } from "../../src/net/index.ts";
import { closed, listen } from "../support/loopback.ts";
import { failure, readAll, readUntilFailure, request, useNet } from "./support.ts";

/** Answers over real connections, whole and broken. */

const net = useNet();

describe("an answer", () => {
  test("streams through: each piece is there before the next is sent", async () => {
    const pieces = ["one", "two", "three"];
    let sendNext = () => {};
    const server = await net.start((response) => {
      sendNext = () => {
        const piece = pieces.shift();
        if (piece === undefined) {
          response.end();
        } else {
          response.write(piece);
        }
      };
      sendNext();
    });
    const response = await net.client.post(request(server.url, { body: '{"你":1}' }));
    const seen: string[] = [];
    await response.read((bytes) => {
      seen.push(Buffer.from(bytes).toString("utf8"));
      sendNext();
      return "more";
    });
    expect({ seen, bodies: server.bodies }).toEqual({ seen: ["one", "two", "three"], bodies: ['{"你":1}'] });
  });

  test("brings status and headers, of a repeated one the first; a redirect is not followed", async () => {
    const server = await net.start((response) => {
      const headers = { location: "http://evil.example/", "retry-after": "7", "set-cookie": ["a=1", "b=2"] };
      response.writeHead(307, headers).end("moved");
    });
    const response = await net.client.post(request(server.url));
    const { location, "retry-after": retryAfter, "set-cookie": cookie } = response.headers;
    expect({ status: response.status, location, retryAfter, cookie, text: await readAll(response) }).toEqual({
      status: 307,
      location: "http://evil.example/",
      retryAfter: "7",
      cookie: "a=1",
      text: "moved",
    });
    expect(server.bodies.length).toBe(1);
  });

  test("read to its end leaves the connection for the next request", async () => {
    const server = await net.start((response) => response.end("ok"));
    for (let round = 0; round < 3; round += 1) {
      expect(await readAll(await net.client.post(request(server.url)))).toBe("ok");
      await nextTurn();
    }
    expect(server.sockets.length).toBe(1);
  });
});

describe("leaving early", () => {
  test("keeps the connection if the body ends soon", async () => {
    let end = () => {};
    const server = await net.start((response) => {
      response.write("data: [DONE]\n\n");
      end = () => response.end();
    });
    const response = await net.client.post(request(server.url));
    await response.read(() => "enough");
    end();
    await pause(60);
    const second = await net.client.post(request(server.url));
    end();
    await readAll(second);
    expect(server.sockets.length).toBe(1);
  });

  test("closes it if the server goes on and on", async () => {
    const server = await net.start((response) => {
      response.write("data: 1\n\n");
    });
    const response = await net.client.post(request(server.url));
    await response.read(() => "enough");
    const [socket] = server.sockets;
    if (socket !== undefined) {
      await closed(socket);
    }
    expect(socket?.destroyed).toBe(true);
  });
});

describe("a connection that breaks", () => {
  test("before the headers: disconnected, and not sent again, for the connection was new", async () => {
    const server = await net.start((response) => response.socket?.resetAndDestroy());
    expect(await failure(net.client.post(request(server.url)))).toMatchObject({ kind: "disconnected" });
    expect(server.bodies.length).toBe(1);
  });

  test("before the headers, on a connection kept alive: sent once more on a new one", async () => {
    const server = await net.start((response, _, number) => {
      if (number === 2) {
        response.socket?.resetAndDestroy();
      } else {
        response.end(`answer to request ${number}`);
      }
    });
    await readAll(await net.client.post(request(server.url, { body: "a" })));
    await nextTurn();
    expect(await readAll(await net.client.post(request(server.url, { body: "b" })))).toBe(
      "answer to request 3",
    );
    expect({ bodies: server.bodies, connections: server.sockets.length }).toEqual({
      bodies: ["a", "b", "b"],
      connections: 2,
    });
  });

  test("before the headers, twice: the second time counts", async () => {
    const server = await net.start((response, _, number) => {
      if (number === 1) {
        response.end("ok");
      } else {
        response.socket?.resetAndDestroy();
      }
    });
    await readAll(await net.client.post(request(server.url, { body: "a" })));
    await nextTurn();
    expect(await failure(net.client.post(request(server.url, { body: "b" })))).toMatchObject({
      kind: "disconnected",
    });
    expect(server.bodies).toEqual(["a", "b", "b"]);
  });

  test.each([["resetAndDestroy"], ["destroy"]] as const)("in mid-body (%s)", async (how) => {
    let breakOff = () => {};
    const server = await net.start((response) => {
      response.write("one");
      breakOff = () => response.socket?.[how]();
    });
    const response = await net.client.post(request(server.url));
    expect(await readUntilFailure(response, () => breakOff())).toEqual({
      text: "one",
      error: { kind: "disconnected", message: "ECONNRESET: aborted", url: server.url },
    });
  });

  test("before the first read of the body: what came is given out, and the break reported", async () => {
    let breakOff = () => {};
    const server = await net.start((response) => {
      response.writeHead(200).write("one");
      breakOff = () => response.socket?.resetAndDestroy();
    });
    const response = await net.client.post(request(server.url));
    breakOff();
    await pause(60);
    expect(await readUntilFailure(response)).toEqual({
      text: "one",
      error: { kind: "disconnected", message: "ECONNRESET: aborted", url: server.url },
    });
  });

  test.each([
    ["early hints", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"],
    ["a word of waiting", "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"],
  ])("not, by %s before the answer", async (_, before) => {
    const server = createTcpServer((socket) =>
      socket.once("data", () => socket.write(`${before}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`)),
    );
    const port = await listen(server);
    expect(await readAll(await net.client.post(request(`http://127.0.0.1:${port}/`)))).toBe("ok");
    server.close();
  });

  test.each([
    [
      "101, to another protocol",
      "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n",
    ],
    ["headers that are cut", "HTTP/1.1 200 OK\r\ncontent-le"],
    ["headers without end", `HTTP/1.1 200 OK\r\n${"x-filler: filler\r\n".repeat(20_000)}`],
    ["a chunk size that is none", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\noops\r\n"],
  ])("by %s", async (_, answer) => {
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(answer));
    });
    const url = `http://127.0.0.1:${await listen(server)}/`;
    const posted = net.client.post(request(url));
    const error = await failure(posted.then(readAll));
    expect(error).toMatchObject({ kind: "disconnected", url });
    server.close();
  });

  test("with something that is no HTTP", async () => {
    const server = createTcpServer((socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n"));
    const port = await listen(server);
    expect(await failure(net.client.post(request(`http://127.0.0.1:${port}/`)))).toMatchObject({
      kind: "disconnected",
    });
    server.close();
  });
});

describe("silence", () => {
  test("before the headers", async () => {
    const server = await net.start(() => {});
    expect(await failure(net.client.post(request(server.url, { idleTimeoutMs: 80 })))).toEqual({
      kind: "idle_timeout",
      message: "nothing arrived for 0 s",
      url: server.url,
    });
    for (const socket of server.sockets) {
      await closed(socket);
    }
  });

  test("in mid-body is counted from the last read", async () => {
    const server = await net.start((response) => {
      let written = 0;
      const timer = setInterval(() => {
        written += 1;
        response.write(String(written));
        if (written === 8) {
          clearInterval(timer);
        }
      }, 60);
    });
    const response = await net.client.post(request(server.url, { idleTimeoutMs: 300 }));
    expect(await readUntilFailure(response)).toEqual({
      text: "12345678",
      error: { kind: "idle_timeout", message: "nothing arrived for 0 s", url: server.url },
    });
    for (const socket of server.sockets) {
      await closed(socket);
    }
  });

  test("of our own making does not count: what has arrived meanwhile is read first", async () => {
    let sendNext = () => {};
    const server = await net.start((response) => {
      response.write("one");
      sendNext = () => response.end("two");
    });
    const response = await net.client.post(request(server.url, { idleTimeoutMs: 50 }));
    const seen: string[] = [];
    await response.read((bytes) => {
      seen.push(Buffer.from(bytes).toString("utf8"));
      if (seen.length === 1) {
        sendNext();
        // Blocks the whole event loop, as a write into a pipe nobody reads does.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120);
      }
      return "more";
    });
    expect(seen).toEqual(["one", "two"]);
  });

  test("without a limit is borne", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let sent: Promise<HttpResponse> | undefined;
    const answer = await new Promise<() => void>((arrived) => {
      void net
        .start((response) => arrived(() => response.end("ok")))
        .then((started) => {
          sent = net.client.post(request(started.url));
        });
    });
    vi.advanceTimersByTime(3_600_000);
    answer();
    expect(sent && (await readAll(await sent))).toBe("ok");
  });
});
