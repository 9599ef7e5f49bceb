/** A server that gives one recorded answer, byte for byte and write for write, to whoever asks. */
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export interface Replay {
  readonly status: number;
  /** Framing is the server's own business: what the recording says of lengths and connections is left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** Each is a write of its own. */
  readonly chunks: Iterable<Uint8Array>;
  /** The line stays open after the last chunk. */
  readonly staysOpen: boolean;
}

interface ReplayServer {
  /** With `/v1`, as it goes into `base_url`. */
  readonly url: string;
  /** Destroys the open connections. */
  stop(): Promise<void>;
}

export async function startReplayServer(replay: Replay): Promise<ReplayServer> {
  const server = createServer({ noDelay: true }, (request) => {
    const { socket } = request;
    // A client that has read enough hangs up; that is no fault.
    socket.on("error", () => socket.destroy());
    request.resume();
    request.on("end", () => play(replay, socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Past `ServerResponse`, which would put frames of its own around the chunks: the body ends where the connection does. */
function play({ status, headers, chunks, staysOpen }: Replay, socket: Socket): void {
  socket.write(head(status, headers), "latin1");
  const rest = chunks[Symbol.iterator]();
  const writeNext = () => {
    if (socket.destroyed) {
      return;
    }
    const { done, value } = rest.next();
    if (done === true) {
      if (!staysOpen) {
        socket.end();
      }
      return;
    }
    // A turn of the event loop between two writes lets each be read by itself.
    if (value.length === 0 || socket.write(value)) {
      setImmediate(writeNext);
    } else {
      socket.once("drain", writeNext);
    }
  };
  setImmediate(writeNext);
}

const FRAMING: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function head(status: number, headers: Replay["headers"]): string {
  const lines = Object.entries(headers)
    .filter(([name, value]) => !FRAMING.has(name.toLowerCase()) && isSendable(name, value))
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Replayed\r\n${lines.join("")}connection: close\r\n\r\n`;
}

/** A recording may come from anywhere: no header may end the head, or be none. */
function isSendable(name: string, value: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}
