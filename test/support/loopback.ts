import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as NetServer,
  type Socket,
} from "node:net";

export interface Loopback {
  readonly url: string;
  readonly server: Server;
  /** Connections accepted so far, in order. */
  readonly sockets: readonly Socket[];
  /** Bodies of the requests so far. */
  readonly bodies: readonly string[];
  close(): Promise<void>;
}

/**
 * A real server on a free port. The handler runs when the request's body is there. A GET, by which leat asks who a server is,
 * is answered with 404 and not counted, unless the test is about that.
 */
export async function startLoopback(
  handle: (response: ServerResponse, request: IncomingMessage, number: number) => void,
  { takesGet = false }: { readonly takesGet?: boolean } = {},
): Promise<Loopback> {
  const sockets: Socket[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    if (request.method === "GET" && !takesGet) {
      request.resume();
      response.writeHead(404).end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const number = bodies.push(Buffer.concat(chunks).toString("utf8"));
      handle(response, request, number);
    });
  });
  server.on("connection", (socket) => sockets.push(socket));
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/v1`,
    server,
    sockets,
    bodies,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A port on which nobody listens. */
export async function findFreePort(): Promise<number> {
  const server = createTcpServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function listen(server: NetServer, host = "127.0.0.1"): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, host, () => resolve((server.address() as AddressInfo).port));
  });
}

export function closed(socket: Socket): Promise<void> {
  return socket.destroyed
    ? Promise.resolve()
    : new Promise((resolve) => socket.once("close", () => resolve()));
}
