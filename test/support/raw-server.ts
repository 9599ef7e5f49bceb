import { createServer, type Socket } from "node:net";
import { listen } from "./loopback.ts";

/** One answer, as bytes on the wire, and what becomes of the connection then. */
export interface RawAnswer {
  readonly bytes: string | Buffer;
  /** `hold`: the server says nothing more, and stays. `keep`: the next request may come. */
  readonly end: "close" | "reset" | "hold" | "keep";
}

export interface RawServer {
  readonly port: number;
  /** Bodies of the requests so far. */
  readonly bodies: readonly string[];
  /** Accepted so far. */
  readonly connections: readonly Socket[];
  close(): Promise<void>;
}

/** A server without manners: what it sends need not be HTTP. Only who asks by GET what it is gets a plain no, and does not count. */
export async function startRawServer(answerTo: (number: number) => RawAnswer): Promise<RawServer> {
  const bodies: string[] = [];
  const connections: Socket[] = [];
  const askers = new Set<Socket>();
  const server = createServer((socket) => {
    connections.push(socket);
    let received = "";
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      for (let request = takeRequest(received); request !== undefined; request = takeRequest(received)) {
        received = request.rest;
        if (request.isGet) {
          connections.splice(connections.indexOf(socket), 1);
          askers.add(socket);
          socket.end(httpAnswer(404, "", { connection: "close" }));
          return;
        }
        answer(socket, answerTo(bodies.push(Buffer.from(request.body, "latin1").toString("utf8"))));
      }
    });
  });
  const port = await listen(server);
  return {
    port,
    bodies,
    connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of [...connections, ...askers]) {
          socket.destroy();
        }
      }),
  };
}

function takeRequest(received: string): { isGet: boolean; body: string; rest: string } | undefined {
  const start = received.indexOf("\r\n\r\n") + 4;
  const length = Number(/^content-length: (\d+)/im.exec(received)?.[1] ?? 0);
  return start < 4 || received.length < start + length
    ? undefined
    : {
        isGet: received.startsWith("GET "),
        body: received.slice(start, start + length),
        rest: received.slice(start + length),
      };
}

function answer(socket: Socket, { bytes, end }: RawAnswer): void {
  socket.write(bytes, () => {
    if (end === "close") {
      socket.end();
    } else if (end === "reset") {
      socket.resetAndDestroy();
    }
  });
}

/** An answer of HTTP/1.1 with its length told, whatever of it is sent. */
export function httpAnswer(
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const all = { "content-length": String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} X\r\n${lines.join("")}\r\n`), Buffer.from(body)]);
}
