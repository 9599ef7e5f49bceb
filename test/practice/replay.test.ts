import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { type Replay, startReplayServer } from "../../src/practice/index.ts";

const hello = ["data: a", "", "\n\n", "data: ü"].map((text) => Buffer.from(text));

interface Row {
  readonly what: string;
  readonly replay: Partial<Replay>;
  readonly head: readonly string[];
}

test.each<Row>([
  { what: "as it is", replay: {}, head: ["HTTP/1.1 200 Replayed", "connection: close"] },
  {
    what: "status and headers",
    replay: { status: 503, headers: { "Retry-After": "3", "content-encoding": "gzip" } },
    head: ["HTTP/1.1 503 Replayed", "Retry-After: 3", "content-encoding: gzip", "connection: close"],
  },
  {
    what: "no framing but its own, and nothing that ends the head",
    replay: {
      headers: { "Content-Length": "1", "Transfer-Encoding": "chunked", "a b": "c", d: "e\r\n\r\nf" },
    },
    head: ["HTTP/1.1 200 Replayed", "connection: close"],
  },
])("$what", async ({ replay, head }) => {
  const reads = await ask({ status: 200, headers: {}, chunks: hello, staysOpen: false, ...replay });
  expect(reads.join("")).toBe(`${head.join("\r\n")}\r\n\r\ndata: a\n\ndata: ü`);
});

test("each chunk is a write, and can be read by itself", async () => {
  const bytes = Array.from(Buffer.from("abcdefgh"), (byte) => Buffer.from([byte]));
  const reads = await ask({ status: 200, headers: {}, chunks: bytes, staysOpen: false });
  // The system may still join two; not all of them.
  expect(reads.length).toBeGreaterThan(4);
  expect(reads.join("")).toMatch(/\r\n\r\nabcdefgh$/);
});

test("the line stays open until the client hangs up", async () => {
  const server = await start({ status: 200, headers: {}, chunks: [Buffer.from("x")], staysOpen: true });
  const socket = open(server.url);
  let ended = false;
  socket.on("end", () => {
    ended = true;
  });
  await new Promise<void>((resolve) => {
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes.toString();
      if (text.endsWith("\r\n\r\nx")) {
        resolve();
      }
    });
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toBe(false);
  socket.destroy();
});

async function start(replay: Replay): ReturnType<typeof startReplayServer> {
  const server = await startReplayServer(replay);
  onTestFinished(() => server.stop());
  return server;
}

function open(url: string): ReturnType<typeof connect> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write("POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}");
  return socket;
}

async function ask(replay: Replay): Promise<string[]> {
  const { url } = await start(replay);
  const reads: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    const socket = open(url);
    socket.on("data", (bytes) => reads.push(bytes));
    socket.on("end", resolve);
    socket.on("error", reject);
  });
  return reads.map((bytes) => bytes.toString());
}
