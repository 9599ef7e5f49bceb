import type { ClientRequest } from "node:http";
import type { Socket } from "node:net";

/** What went to one host and came from it. */
export interface HostTraffic {
  /** With its port, as a URL spells it. */
  readonly host: string;
  /** Tries that got no connection, and those repeated on a new one, are counted, too. */
  readonly requests: number;
  /** HTTP with its headers, as it went over the line; what TLS adds is not in it. */
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export interface Traffic {
  /** To be called with each request that is about to leave. */
  watch(outgoing: ClientRequest, host: string): void;
  /** In the order of the first contact. */
  list(): HostTraffic[];
}

/** Counted at the sockets, so that nothing that goes out is left out. */
export function createTraffic(): Traffic {
  const hosts = new Map<string, { requests: number; readonly sockets: Set<Socket> }>();
  return {
    watch(outgoing, host) {
      const known = hosts.get(host) ?? { requests: 0, sockets: new Set<Socket>() };
      hosts.set(host, known);
      known.requests += 1;
      // A connection that is kept alive comes again, and counts once; a closed one still knows its bytes.
      outgoing.once("socket", (socket) => {
        if (!socket.connecting) {
          known.sockets.add(socket);
          return;
        }
        // What waits for a connection counts as written to Node, also if none comes.
        socket.once("connect", () => known.sockets.add(socket));
      });
    },
    list() {
      return [...hosts].map(([host, { requests, sockets }]) => ({
        host,
        requests,
        bytesUp: sum(sockets, ({ bytesWritten }) => bytesWritten),
        bytesDown: sum(sockets, ({ bytesRead }) => bytesRead),
      }));
    },
  };
}

function sum(sockets: ReadonlySet<Socket>, bytes: (socket: Socket) => number): number {
  return [...sockets].reduce((total, socket) => total + bytes(socket), 0);
}
