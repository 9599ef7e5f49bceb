import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createDeflate,
  createDeflateRaw,
  createGzip,
  deflateRawSync,
  deflateSync,
  gzipSync,
} from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createHttpClient,
  type HttpClient,
  type HttpResponse,
  TransportFailure,
} from "../../src/net/index.ts";
import { type Loopback, startLoopback } from "../support/loopback.ts";

/** Bodies that were compressed though nobody asked for it, from a real server on loopback. */

let client: HttpClient;
let servers: Loopback[] = [];

beforeEach(() => {
  client = createHttpClient(new Set());
});

afterEach(async () => {
  client.close();
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

const TEXT = 'data: {"choices":[{"delta":{"content":"你好, world"}}]}\n\ndata: [DONE]\n\n';
const FLUSH = { flush: constants.Z_SYNC_FLUSH };

/** Name of the coding, compression of a whole, and of a stream flushed after each write. */
const CODINGS = [
  ["gzip", "gzip", gzipSync, () => createGzip(FLUSH)],
  ["x-gzip", " X-GZip", gzipSync, () => createGzip(FLUSH)],
  ["deflate with a header", "deflate", deflateSync, () => createDeflate(FLUSH)],
  ["deflate without", "deflate", deflateRawSync, () => createDeflateRaw(FLUSH)],
  ["br", "br", brotliCompressSync, () => createBrotliCompress({ flush: constants.BROTLI_OPERATION_FLUSH })],
  ["gzip, and identity beside it", "identity, gzip", gzipSync, () => createGzip(FLUSH)],
] as const;

async function post(encoding: string, serve: (response: ServerResponse) => void): Promise<HttpResponse> {
  const server = await startLoopback((response) => {
    response.writeHead(200, { "content-encoding": encoding });
    serve(response);
  });
  servers.push(server);
  const signal = new AbortController().signal;
  return client.post({ url: server.url, headers: {}, body: "{}", signal, idleTimeoutMs: undefined });
}

/** All that could be read, and the kind of failure or what else was thrown. */
async function readAll(response: HttpResponse): Promise<{ text: string; failure: unknown }> {
  const pieces: Uint8Array[] = [];
  const failure = await response
    .read((bytes) => {
      pieces.push(bytes);
      return "more";
    })
    .catch((error: unknown) => (error instanceof TransportFailure ? error.detail.kind : error));
  return { text: Buffer.concat(pieces).toString("utf8"), failure };
}

async function writeEachByte(response: ServerResponse, bytes: Buffer): Promise<void> {
  response.socket?.setNoDelay(true);
  for (const byte of bytes) {
    response.write(Buffer.from([byte]));
    await nextTurn();
  }
}

describe.each(CODINGS)("%s", (_, encoding, compress, openStream) => {
  test("whole", async () => {
    const response = await post(encoding, (reply) => reply.end(compress(TEXT)));
    expect(await readAll(response)).toEqual({ text: TEXT, failure: undefined });
  });

  test("byte by byte", async () => {
    const response = await post(encoding, (reply) => {
      void writeEachByte(reply, compress(TEXT)).then(() => reply.end());
    });
    expect(await readAll(response)).toEqual({ text: TEXT, failure: undefined });
  });

  test("flushed: each event is there before the next is sent", async () => {
    const events = ["data: one\n\n", "data: two\n\n", "data: three\n\n"];
    const unsent = [...events];
    const packer = openStream();
    const sendNext = () => {
      const event = unsent.shift();
      if (event === undefined) {
        packer.end();
      } else {
        packer.write(event);
      }
    };
    const response = await post(encoding, (reply) => {
      packer.pipe(reply);
      sendNext();
    });
    const seen: string[] = [];
    await response.read((bytes) => {
      seen.push(Buffer.from(bytes).toString("utf8"));
      sendNext();
      return "more";
    });
    expect(seen).toEqual(events);
  });

  test("cut: what could be read is given out, then it is a broken connection", async () => {
    const packer = openStream();
    const response = await post(encoding, (reply) => {
      packer.on("data", (bytes: Buffer) => {
        reply.write(bytes, () => reply.socket?.resetAndDestroy());
      });
      packer.write(TEXT);
    });
    expect(await readAll(response)).toEqual({ text: TEXT, failure: "disconnected" });
  });

  test("cut by a proxy that ends the answer properly: the end of a stream is judged by who reads it", async () => {
    const whole = Array.from({ length: 50 }, (_unused, index) => `data: ${index}\n\n`).join("");
    const packed = compress(whole);
    const response = await post(encoding, (reply) => reply.end(packed.subarray(0, packed.length - 12)));
    const { text, failure } = await readAll(response);
    expect({ isPrefix: whole.startsWith(text), failure }).toEqual({
      isPrefix: true,
      failure: undefined,
    });
  });

  test.each(["plain text", "plain text, byte by byte"])("said, but %s sent", async (how) => {
    const response = await post(encoding, (reply) => {
      if (how === "plain text") {
        reply.end(TEXT);
      } else {
        void writeEachByte(reply, Buffer.from(TEXT)).then(() => reply.end());
      }
    });
    expect(await readAll(response)).toEqual({ text: TEXT, failure: undefined });
  });

  test.each(["", "ok", ": \n\n"])("said, but nothing or little sent (%j)", async (text) => {
    const response = await post(encoding, (reply) => reply.end(text));
    expect(await readAll(response)).toEqual({ text, failure: undefined });
  });

  test("enough before the end: the rest is not unpacked", async () => {
    const packed = compress(Buffer.alloc(16 * 2 ** 20, 97));
    const response = await post(encoding, (reply) => reply.end(packed));
    let size = 0;
    await response.read((bytes) => {
      size += bytes.length;
      return "enough";
    });
    expect(size).toBeLessThan(2 ** 20);
  });
});

test.each([
  ["gzip", "gzip", "1f8b080000000000000307"],
  ["deflate with a header", "deflate", "789c07"],
  ["deflate without", "deflate", "07"],
  ["br", "br", "ffffffff"],
])("garbage, behind a right beginning: %s", async (_, encoding, hex) => {
  const response = await post(encoding, (reply) => reply.end(Buffer.from(hex, "hex")));
  expect(await readAll(response)).toEqual({ text: "", failure: "disconnected" });
});

test.each(["", "identity", " Identity "])("%j is no compression", async (encoding) => {
  const response = await post(encoding, (reply) => reply.end(gzipSync(TEXT)));
  const pieces: Uint8Array[] = [];
  await response.read((bytes) => {
    pieces.push(bytes);
    return "more";
  });
  expect(Buffer.concat(pieces)).toEqual(gzipSync(TEXT));
});

test.each([
  ["zstd", "zstd"],
  ["gzip,br", "gzip, br"],
  ["__proto__", "__proto__"],
  ["x".repeat(90), "x".repeat(40)],
])("%s is refused, with the status, so that it is not asked again", async (encoding, shown) => {
  const response = await post(encoding, (reply) => reply.end("?"));
  const error = await response.read(() => "more").catch((reason: unknown) => reason);
  expect((error as TransportFailure).detail).toEqual({
    kind: "server",
    message: `the answer is compressed as "${shown}", which was not asked for`,
    status: 200,
    url: servers[0]?.url,
  });
});

test("a bomb goes off piece by piece, and holds the server up", async () => {
  // 200 members of 1 MB each from a few bytes; what waits to be unpacked is bounded, whatever is sent.
  const bomb = gzipSync(Buffer.alloc(16 * 2 ** 20, 97), { level: 9 });
  const noise = Buffer.alloc(48 * 2 ** 20);
  let hasDrained = true;
  let unsent = 0;
  const response = await post("gzip", (reply) => {
    reply.write(bomb);
    hasDrained = reply.write(noise);
    unsent = reply.writableLength;
    reply.end();
  });
  let largest = 0;
  let size = 0;
  await response.read((bytes) => {
    largest = Math.max(largest, bytes.length);
    size += bytes.length;
    return size === 16 * 2 ** 20 ? "enough" : "more";
  });
  expect({ size, hasDrained, isHeldUp: unsent > 2 ** 20 }).toEqual({
    size: 16 * 2 ** 20,
    hasDrained: false,
    isHeldUp: true,
  });
  expect(largest).toBeLessThanOrEqual(2 ** 16);
});

test("who aborts does not wait for what is still to be unpacked", async () => {
  const controller = new AbortController();
  const stopped = new Error("stopped by the user");
  const server = await startLoopback((response) => {
    response.writeHead(200, { "content-encoding": "gzip" });
    response.write(gzipSync(Buffer.alloc(16 * 2 ** 20, 97)));
  });
  servers.push(server);
  const { signal } = controller;
  const request = { url: server.url, headers: {}, body: "{}", signal, idleTimeoutMs: undefined };
  const response = await client.post(request);
  let size = 0;
  const error = await response
    .read((bytes) => {
      size += bytes.length;
      controller.abort(stopped);
      return "more";
    })
    .catch((reason: unknown) => reason);
  expect(error).toBe(stopped);
  expect(size).toBeLessThan(2 ** 20);
});
