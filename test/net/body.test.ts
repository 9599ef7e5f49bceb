import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { openBody } from "../../src/net/body.ts";
import { type HttpResponse, TransportFailure } from "../../src/net/index.ts";

/** Bodies without a socket behind them. */

const url = "http://localhost/";

interface Opened extends Pick<HttpResponse, "read" | "expectEnd"> {
  readonly incoming: PassThrough;
  released(): number;
}

function open(): Opened {
  const incoming = Object.assign(new PassThrough(), { headers: {}, statusCode: 200 });
  let count = 0;
  const body = openBody(incoming as unknown as IncomingMessage, {
    request: { url, headers: {}, signal: new AbortController().signal, idleTimeoutMs: undefined },
    release: () => {
      count += 1;
    },
  });
  return { ...body, incoming, released: () => count };
}

/** Reads to the end; `onPiece` may play the server. */
async function readPieces(
  body: Opened,
  onPiece: (count: number) => void,
): Promise<{ seen: string[]; error: unknown }> {
  const seen: string[] = [];
  const error = await body
    .read((bytes) => {
      onPiece(seen.push(Buffer.from(bytes).toString("utf8")));
      return "more";
    })
    .catch((reason: unknown) => (reason instanceof TransportFailure ? reason.detail : reason));
  return { seen, error };
}

test.each(["ETIMEDOUT", "EHOSTUNREACH", "ECONNRESET", "EPIPE"])(
  "%s in mid-body is a connection that broke, and worth another try",
  async (code) => {
    const body = open();
    body.incoming.write("one");
    const read = await readPieces(body, () =>
      body.incoming.destroy(Object.assign(new Error(`read ${code}`), { code })),
    );
    expect({ ...read, released: body.released() }).toEqual({
      seen: ["one"],
      error: { kind: "disconnected", message: `${code}: read ${code}`, url },
      released: 1,
    });
  },
);

test("what came before the first read is given out before the failure", async () => {
  const body = open();
  body.incoming.write("one");
  await nextTurn();
  body.incoming.destroy(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
  await nextTurn();
  expect(await readPieces(body, () => {})).toEqual({
    seen: ["one"],
    error: { kind: "disconnected", message: "ECONNRESET: read ECONNRESET", url },
  });
});

test("a reader that is late holds the server up", async () => {
  const body = open();
  const half = Buffer.alloc(600_000, 97);
  const written: boolean[] = [];
  for (let round = 0; round < 4; round += 1) {
    written.push(body.incoming.write(half));
    await nextTurn();
  }
  expect(written.at(-1)).toBe(false);
  body.incoming.end();
  const read = await readPieces(body, () => {});
  expect({ ...read, seen: read.seen.map((piece) => piece.length) }).toEqual({
    seen: [600_000, 600_000, 600_000, 600_000],
    error: undefined,
  });
});

test("what the reader throws comes out as it is, and nothing more is read", async () => {
  const body = open();
  const bug = new Error("a bug");
  body.incoming.write("one");
  let reads = 0;
  const failed = body.read(() => {
    reads += 1;
    process.nextTick(() => body.incoming.write("two"));
    throw bug;
  });
  await expect(failed).rejects.toBe(bug);
  await nextTurn();
  expect({ reads, released: body.released() }).toEqual({ reads: 1, released: 1 });
  body.incoming.destroy();
});

test("a body that is expected to end ends when nothing more comes, and not before", async () => {
  const body = open();
  body.incoming.write("one");
  const read = await readPieces(body, (count) => {
    if (count === 1) {
      body.expectEnd(50);
      body.incoming.write("two");
    }
  });
  expect({ ...read, destroyed: body.incoming.destroyed }).toEqual({
    seen: ["one", "two"],
    error: undefined,
    destroyed: true,
  });
});

test("a body that is expected to end ends though the server keeps the line alive", async () => {
  const body = open();
  body.incoming.write("one");
  let pings: NodeJS.Timeout | undefined;
  const read = await readPieces(body, (count) => {
    if (count === 1) {
      body.expectEnd(200);
      pings = setInterval(() => body.incoming.write(": ping"), 5);
    }
  });
  clearInterval(pings);
  expect({ error: read.error, first: read.seen[0], destroyed: body.incoming.destroyed }).toEqual({
    error: undefined,
    first: "one",
    destroyed: true,
  });
});
