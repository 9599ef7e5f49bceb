import dns from "node:dns";
import { createServer as createTcpServer } from "node:net";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createHttpClient,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  TransportFailure,
} from "../../src/net/index.ts";
import { closed, findFreePort, type Loopback, listen, startLoopback } from "../support/loopback.ts";

/** A real client against real servers on loopback, made and closed by each test. */

let client: HttpClient;
let servers: Loopback[] = [];

beforeEach(() => {
  client = createHttpClient(new Set(["nonexistent.invalid"]));
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  client.close();
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

async function start(...handler: Parameters<typeof startLoopback>): Promise<Loopback> {
  const server = await startLoopback(...handler);
  servers.push(server);
  return server;
}

function request(url: string, extra: Partial<HttpRequest> = {}): HttpRequest {
  const signal = new AbortController().signal;
  return { url, headers: {}, body: "{}", signal, idleTimeoutMs: undefined, ...extra };
}

async function readAll(response: HttpResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The detail of the TransportFailure that comes, or whatever else is thrown. */
async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    return { resolved: await promise };
  } catch (error) {
    return error instanceof TransportFailure ? error.detail : error;
  }
}

/** Reads until the body fails: what came before, and why it ended. */
async function readUntilFailure(response: HttpResponse): Promise<{ text: string; error: unknown }> {
  let text = "";
  const error = await failure(
    (async () => {
      for await (const chunk of response.body) {
        text += Buffer.from(chunk).toString("utf8");
      }
    })(),
  );
  return { text, error };
}

describe("an answer", () => {
  test("streams through: each piece is there before the next is sent", async () => {
    const pieces = ["one", "two", "three"];
    let sendNext = () => {};
    const server = await start((response) => {
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
    const response = await client.post(request(server.url, { body: '{"你":1}' }));
    const seen: string[] = [];
    for await (const chunk of response.body) {
      seen.push(Buffer.from(chunk).toString("utf8"));
      sendNext();
    }
    expect({ seen, bodies: server.bodies }).toEqual({ seen: ["one", "two", "three"], bodies: ['{"你":1}'] });
  });

  test("brings status and headers, of a repeated one the first; a redirect is not followed", async () => {
    const server = await start((response) => {
      const headers = { location: "http://evil.example/", "retry-after": "7", "set-cookie": ["a=1", "b=2"] };
      response.writeHead(307, headers).end("moved");
    });
    const response = await client.post(request(server.url));
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
    const server = await start((response) => response.end("ok"));
    for (let round = 0; round < 3; round += 1) {
      expect(await readAll(await client.post(request(server.url)))).toBe("ok");
      await nextTurn();
    }
    expect(server.sockets.length).toBe(1);
  });
});

describe("leaving the loop early", () => {
  test("keeps the connection if the body ends soon", async () => {
    let end = () => {};
    const server = await start((response) => {
      response.write("data: [DONE]\n\n");
      end = () => response.end();
    });
    const response = await client.post(request(server.url));
    for await (const _ of response.body) {
      break;
    }
    end();
    await pause(60);
    const second = await client.post(request(server.url));
    end();
    await readAll(second);
    expect(server.sockets.length).toBe(1);
  });

  test("closes it if the server goes on and on", async () => {
    const server = await start((response) => {
      response.write("data: 1\n\n");
    });
    const response = await client.post(request(server.url));
    for await (const _ of response.body) {
      break;
    }
    const [socket] = server.sockets;
    if (socket !== undefined) {
      await closed(socket);
    }
    expect(socket?.destroyed).toBe(true);
  });
});

describe("abort", () => {
  const stopped = new Error("stopped by the user");

  test("before it is sent: no connection", async () => {
    const server = await start((response) => response.end("ok"));
    const sent = client.post(request(server.url, { signal: AbortSignal.abort(stopped) }));
    expect(await failure(sent)).toBe(stopped);
    expect(server.sockets.length).toBe(0);
  });

  test("while it is being sent: no answer is waited for", async () => {
    const controller = new AbortController();
    const server = await start(() => {});
    const sent = failure(client.post(request(server.url, { signal: controller.signal })));
    controller.abort(stopped);
    expect(await sent).toBe(stopped);
  });

  test("before the headers: the server's socket closes", async () => {
    const controller = new AbortController();
    const server = await start(() => controller.abort(stopped));
    expect(await failure(client.post(request(server.url, { signal: controller.signal })))).toBe(stopped);
    for (const socket of server.sockets) {
      await closed(socket);
    }
    expect(server.bodies.length).toBe(1);
  });

  test("in mid-body: what came is kept, the server's socket closes", async () => {
    const controller = new AbortController();
    const server = await start((response) => {
      response.write("one");
    });
    const response = await client.post(request(server.url, { signal: controller.signal }));
    let text = "";
    const error = await failure(
      (async () => {
        for await (const chunk of response.body) {
          text += Buffer.from(chunk).toString("utf8");
          controller.abort(stopped);
        }
      })(),
    );
    expect({ text, error }).toEqual({ text: "one", error: stopped });
    for (const socket of server.sockets) {
      await closed(socket);
    }
  });

  test("leaves no listener on the signal, however the request ends", async () => {
    const server = await start((response, _, number) => {
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
    await readAll(await client.post(request(server.url, { signal })));
    client.close();
    await failure(client.post(request(server.url, { signal })));
    const third = await client.post(request(server.url, { signal }));
    for await (const _ of third.body) {
      break;
    }
    const listeners = (spy: typeof added | typeof removed) => new Set(spy.mock.calls.map((call) => call[1]));
    expect(listeners(added).size).toBe(3);
    expect(listeners(removed)).toEqual(listeners(added));
  });
});

describe("no connection", () => {
  test("refused", async () => {
    const port = await findFreePort();
    const url = `http://127.0.0.1:${port}/v1`;
    const message = `ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:${port}`;
    expect(await failure(client.post(request(url)))).toEqual({ kind: "connection_refused", message, url });
  });

  test("a host that is not configured is not even looked up", async () => {
    const server = await start((response) => response.end("ok"));
    const lookup = vi.spyOn(dns, "lookup");
    // On Linux and macOS this address reaches the very server, so only the list keeps us from it.
    const url = server.url.replace("127.0.0.1", "0.0.0.0");
    const message = "0.0.0.0 is not a configured host";
    expect(await failure(client.post(request(url)))).toEqual({ kind: "host_not_allowed", message, url });
    expect({ connections: server.sockets.length, lookups: lookup.mock.calls.length }).toEqual({
      connections: 0,
      lookups: 0,
    });
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
    expect(await failure(client.post(request(url)))).toEqual({ kind: "host_not_found", message, url });
  });

  test("a name or address that never answers is given up after 2.2 s", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const looksUp = new Promise<void>((resolve) => {
      vi.spyOn(dns, "lookup").mockImplementation((() => resolve()) as never);
    });
    const url = "http://nonexistent.invalid/v1";
    const failed = failure(client.post(request(url)));
    await looksUp;
    vi.advanceTimersByTime(2200);
    expect(await failed).toEqual({ kind: "unreachable", message: "no connection within 2.2 s", url });
  });

  test("a server that speaks no TLS", async () => {
    const server = await start((response) => response.end("ok"));
    const url = server.url.replace("http:", "https:");
    expect(await failure(client.post(request(url)))).toMatchObject({ kind: "tls", url });
  });

  test("a header that can't be sent is named, without its value", async () => {
    const server = await start((response) => response.end("ok"));
    const headers = { authorization: "Bearer sk-secret\nx" };
    expect(await failure(client.post(request(server.url, { headers })))).toEqual({
      kind: "bad_request",
      message: 'Invalid character in header content ["authorization"]',
      url: server.url,
    });
  });
});

describe("a connection that breaks", () => {
  test("before the headers: disconnected, and not sent again, for the connection was new", async () => {
    const server = await start((response) => response.socket?.resetAndDestroy());
    expect(await failure(client.post(request(server.url)))).toMatchObject({ kind: "disconnected" });
    expect(server.bodies.length).toBe(1);
  });

  test("before the headers, on a connection kept alive: sent once more on a new one", async () => {
    const server = await start((response, _, number) => {
      if (number === 2) {
        response.socket?.resetAndDestroy();
      } else {
        response.end(`answer to request ${number}`);
      }
    });
    await readAll(await client.post(request(server.url, { body: "a" })));
    await nextTurn();
    expect(await readAll(await client.post(request(server.url, { body: "b" })))).toBe("answer to request 3");
    expect({ bodies: server.bodies, connections: server.sockets.length }).toEqual({
      bodies: ["a", "b", "b"],
      connections: 2,
    });
  });

  test("before the headers, twice: the second time counts", async () => {
    const server = await start((response, _, number) => {
      if (number === 1) {
        response.end("ok");
      } else {
        response.socket?.resetAndDestroy();
      }
    });
    await readAll(await client.post(request(server.url, { body: "a" })));
    await nextTurn();
    expect(await failure(client.post(request(server.url, { body: "b" })))).toMatchObject({
      kind: "disconnected",
    });
    expect(server.bodies).toEqual(["a", "b", "b"]);
  });

  test.each([["resetAndDestroy"], ["destroy"]] as const)("in mid-body (%s)", async (how) => {
    let breakOff = () => {};
    const server = await start((response) => {
      response.write("one");
      breakOff = () => response.socket?.[how]();
    });
    const response = await client.post(request(server.url));
    const first = await response.body.next();
    breakOff();
    const rest = await readUntilFailure(response);
    expect({ first: String(Buffer.from(first.value ?? [])), ...rest }).toMatchObject({
      first: "one",
      text: "",
      error: { kind: "disconnected", url: server.url },
    });
  });

  test("before the first read of the body is reported, not waited for", async () => {
    let breakOff = () => {};
    const server = await start((response) => {
      response.writeHead(200).write("one");
      breakOff = () => response.socket?.resetAndDestroy();
    });
    const response = await client.post(request(server.url));
    breakOff();
    await pause(60);
    expect(await readUntilFailure(response)).toMatchObject({ error: { kind: "disconnected" } });
  });

  test("with something that is no HTTP", async () => {
    const server = createTcpServer((socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n"));
    const port = await listen(server);
    expect(await failure(client.post(request(`http://127.0.0.1:${port}/`)))).toMatchObject({
      kind: "disconnected",
    });
    server.close();
  });
});

describe("silence", () => {
  test("before the headers", async () => {
    const server = await start(() => {});
    expect(await failure(client.post(request(server.url, { idleTimeoutMs: 80 })))).toEqual({
      kind: "idle_timeout",
      message: "nothing arrived for 0 s",
      url: server.url,
    });
    for (const socket of server.sockets) {
      await closed(socket);
    }
  });

  test("in mid-body is counted from the last read", async () => {
    const server = await start((response) => {
      let written = 0;
      const timer = setInterval(() => {
        written += 1;
        response.write(String(written));
        if (written === 8) {
          clearInterval(timer);
        }
      }, 60);
    });
    const response = await client.post(request(server.url, { idleTimeoutMs: 300 }));
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
    const server = await start((response) => {
      response.write("one");
      sendNext = () => response.end("two");
    });
    const response = await client.post(request(server.url, { idleTimeoutMs: 50 }));
    const seen: string[] = [];
    for await (const chunk of response.body) {
      seen.push(Buffer.from(chunk).toString("utf8"));
      if (seen.length > 1) {
        continue;
      }
      sendNext();
      // Blocks the whole event loop, as a write into a pipe nobody reads does.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120);
    }
    expect(seen).toEqual(["one", "two"]);
  });

  test("without a limit is borne", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let sent: Promise<HttpResponse> | undefined;
    const answer = await new Promise<() => void>((arrived) => {
      void start((response) => arrived(() => response.end("ok"))).then((started) => {
        sent = client.post(request(started.url));
      });
    });
    vi.advanceTimersByTime(3_600_000);
    answer();
    expect(sent && (await readAll(await sent))).toBe("ok");
  });
});
